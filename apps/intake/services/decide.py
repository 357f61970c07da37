"""Writing down what became of a mail, and telling those who have to look at it."""

import hashlib

from apps.intake.models import InboundMail
from apps.outbox.enqueue import enqueue
from apps.outbox.rules.address import is_plain_address
from apps.tickets.queries import duty_managers

State = InboundMail.State


def decide(mail: InboundMail, state: str, why: str) -> InboundMail:
    """Write the decision on a mail with its reason."""
    mail.state, mail.why = state, why
    mail.save(update_fields=InboundMail.DECIDED)
    return mail


def came_before(mail: InboundMail) -> bool:
    """Whether another mail with this Message-ID was taken."""
    taken = InboundMail.objects.taken().exclude(pk=mail.pk)
    return bool(mail.mail_id) and taken.filter(mail_id=mail.mail_id).exists()


def report(mail: InboundMail, about: str) -> None:
    """Tell the duty managers that a mail needs a person: once a day, since noise comes in floods.

    ``about`` is why they should look; each has its day's first. The rest is on the list that the
    mail points to.
    """
    for address in filter(is_plain_address, duty_managers()):
        person = hashlib.sha256(address.encode()).hexdigest()
        enqueue(
            topic="mail.unreadable",
            key=f"mail.{about}:{mail.received_at:%Y-%m-%d}:{person}",
            recipient=address,
            payload={"mail_id": mail.pk},
            at=mail.received_at,
        )
