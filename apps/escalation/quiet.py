"""Notices wait for the hours in which people want them, and go to their services too."""

from datetime import datetime
from typing import Any

from apps.escalation.queries.notices import heard_from
from apps.escalation.services import reaching
from apps.outbox.models import Message
from apps.outbox.pushing import Push, pushes
from apps.outbox.rendering import Email
from apps.outbox.together import forwards, holds


@holds
def wait_for_hours(message: Message, at: datetime) -> datetime | None:
    """Return until when a notice waits for its recipient."""
    return heard_from(address=message.recipient, payload=message.payload, at=at)


@forwards
def push_too(message: Message, email: Email, at: datetime) -> None:
    """Let a mail of notices reach its recipient by the services that they chose for that."""
    reaching.forward_notice(
        address=message.recipient,
        key=message.key,
        title=email.subject,
        text=email.text,
        at=at,
    )


@pushes(reaching.NOTICE)
def noticed(payload: dict[str, Any]) -> Push:
    """Say what the mail said, as far as it fits.

    :raises Withdrawn: the contact is not there any more.
    """
    address = reaching.address_of(payload["contact_id"])
    return Push(address, payload["title"], payload["text"])
