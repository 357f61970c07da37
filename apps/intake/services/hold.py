"""Mail that waits until a person lets it pass."""

from datetime import datetime, timedelta

from django.conf import settings

from apps.contracts.models import User
from apps.intake.models import InboundMail
from apps.intake.services.decide import State, decide, report

CAP_WITHIN = timedelta(hours=1)


def over_cap(mail: InboundMail) -> str:
    """Return why a sender has written too much to go on without a person; "": they have not.

    All that they sent within the hour before counts, what is held too: a robot that does not stop
    stays held. What a person let pass is asked no more.

    Clause: V-8.1.
    """
    cap = settings.MAIL_SENDER_CAP
    if not cap or mail.released_at is not None:
        return ""
    lately = InboundMail.objects.filter(
        sender=mail.sender,
        received_at__gt=mail.received_at - CAP_WITHIN,
        received_at__lte=mail.received_at,
    )
    others = lately.exclude(state__in=InboundMail.UNCOUNTED).exclude(pk=mail.pk)
    if others.order_by()[:cap].count() < cap:
        return ""
    return f"{mail.sender} sent more than {cap} mails within an hour. Let pass what is meant."


def hold(mail: InboundMail, why: str) -> InboundMail:
    """Let a mail wait for a person: no ticket, no clock, no answer."""
    report(mail, "held")
    return decide(mail, State.HELD, why)


def let_pass(*, mail: InboundMail, by: User, at: datetime) -> bool:
    """Mark a held mail as let through by a person; False: it was not held any more.

    Whoever works it off does so as of when it was received.

    Clause: V-8.1.
    """
    held = InboundMail.objects.filter(pk=mail.pk, state=State.HELD)
    return bool(held.update(state=State.RECEIVED, released_at=at, released_by=by))
