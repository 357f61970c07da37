"""Mail that waits until a person lets it pass."""

from datetime import datetime

from django.conf import settings

from apps.contracts.models import User
from apps.intake.models import InboundMail
from apps.intake.services.decide import State, decide, report


def too_much(mail: InboundMail) -> str:
    """Return why a sender who wrote too much does not go on without a person."""
    cap = settings.MAIL_SENDER_CAP
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
