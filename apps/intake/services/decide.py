"""Writing down what became of a mail, and telling those who have to look at it."""

import hashlib

from django.db.models import QuerySet

from apps.intake.models import InboundMail
from apps.outbox.bulk import Checked, run_together, update
from apps.outbox.enqueue import enqueue
from apps.outbox.rules.address import is_plain_address
from apps.tickets.queries import duty_managers

State = InboundMail.State


class Overtaken(Exception):
    """Another worker decided on the mail meanwhile: what was done here is to be undone."""


def decide(mail: InboundMail, state: str, why: str) -> InboundMail:
    """Write the decision on an unfinished mail with its reason.

    :raises Overtaken: it is not unfinished any more.
    """
    run_together([], decision(mail, state, why))
    return mail


def decision(mail: InboundMail, state: str, why: str) -> Checked:
    """Return the statement that does so, to go with others; it raises the same."""
    mail.state, mail.why = state, why
    unfinished = update(mail, InboundMail.DECIDED, state=InboundMail.UNFINISHED)
    return Checked(unfinished, Overtaken)


def decide_anew(mail: InboundMail, state: str, why: str) -> None:
    """Write another decision on a mail that the caller holds."""
    mail.state, mail.why = state, why
    mail.save(update_fields=InboundMail.DECIDED)


def came_before(mail: InboundMail) -> bool:
    """Whether another mail with this Message-ID was taken."""
    return bool(mail.mail_id) and taken_before(mail).exists()


def taken_before(mail: InboundMail) -> QuerySet[InboundMail]:
    """Return the other mails with this Message-ID that were taken: at most one."""
    return InboundMail.objects.taken().exclude(pk=mail.pk).filter(mail_id=mail.mail_id)


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
