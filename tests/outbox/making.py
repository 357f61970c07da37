"""Messages and mails for these tests."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from apps.outbox.enqueue import enqueue
from apps.outbox.models import Message
from apps.outbox.rendering import Email

NOON = datetime(2024, 3, 4, 12, tzinfo=UTC)
TOPIC = "kettle.boiled"
_serial = count(1)


def kettle_boiled(payload: dict) -> Email:
    return Email(subject="The kettle boiled", text=f"It took {payload['minutes']} minutes.")


def make_message(**changes: Any) -> Message:
    """Enqueue a message at noon; what enqueue() does not take is changed in the row after it."""
    facts = {
        "topic": TOPIC,
        "key": f"kettle:{next(_serial)}:boiled",
        "recipient": "ada@example.com",
        "payload": {"minutes": 4},
        "at": NOON,
        "channel": "MAIL",
    }
    message = enqueue(**{name: changes.pop(name, fact) for name, fact in facts.items()})
    if changes:
        Message.objects.filter(pk=message.pk).update(**changes)
        message.refresh_from_db()
    return message
