"""Notices wait for the hours in which people want them: the outbox asks here."""

from datetime import datetime

from apps.escalation.queries.notices import heard_from
from apps.outbox.models import Message
from apps.outbox.together import holds


@holds
def wait_for_hours(message: Message, at: datetime) -> datetime | None:
    """Return until when a notice waits for its recipient."""
    return heard_from(address=message.recipient, payload=message.payload, at=at)
