"""Mails on a topic, found or written: what the makers of each mail share."""

from typing import Any

from apps.outbox.models import Message
from apps.tickets.models import Ticket
from tests.factories import MORNING

SUBJECT = '<img src=x onerror="alert(1)"> R&D {{ 7 }} {% now "Y" %}'
Made = tuple[Message, Ticket | None]


def latest(topic: str) -> Message:
    return Message.objects.filter(topic=topic).latest("pk")


def message(topic: str, payload: dict[str, Any], *, key: str = "", state: str = "") -> Message:
    """Write a message as a service would, without what leads to it."""
    is_sent = state == "SENT"
    return Message.objects.create(
        topic=topic,
        key=f"{key}made:{topic}",
        recipient="ada@client.example.com",
        payload=payload,
        created_at=MORNING,
        state=state or "PENDING",
        due_at=None if is_sent else MORNING,
        sent_at=MORNING if is_sent else None,
    )
