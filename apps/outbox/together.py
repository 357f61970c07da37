"""Several notices to one person as one mail, and the hours in which they want none.

Twenty deadlines that one sweep finds missed are twenty messages, each with its own fate, and one
mail. Who knows when somebody wants to hear nothing registers it here, so that the outbox knows no
other app.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from apps.outbox.models import Message
from apps.outbox.rendering import Email, notices

MOST = 50  # notices in one mail; the next fifty go out as the next
LONGEST_SUBJECT = 150

# Takes a notice and an instant; returns until when it waits, or None: it may go out.
Hold = Callable[[Message, datetime], datetime | None]
_holds: list[Hold] = []


def holds(hold: Hold) -> Hold:
    """Register the decorated function as one that may hold a notice back."""
    if hold not in _holds:
        _holds.append(hold)
    return hold


# Takes the message that carried notices to somebody, the mail that went out, and when.
Forward = Callable[[Message, Email, datetime], None]
_forwards: list[Forward] = []


def forwards(forward: Forward) -> Forward:
    """Register the decorated function as one that passes on what a mail of notices said."""
    if forward not in _forwards:
        _forwards.append(forward)
    return forward


def forward(message: Message, email: Email, *, at: datetime) -> None:
    """Let a mail of notices that went out go further, where its recipient wants that."""
    if message.topic in notices():
        for each in _forwards:
            each(message, email, at)


def held_until(message: Message, *, at: datetime) -> datetime | None:
    """Return until when a message waits for its recipient's hours; None: it may go out now."""
    if message.topic not in notices():
        return None
    found = [until for hold in _holds if (until := hold(message, at)) is not None and until > at]
    return max(found, default=None)


def beside(message: Message, *, at: datetime) -> Sequence[Message]:
    """Return the other notices that are due to the same person, the longest waiting first."""
    if message.topic not in notices():
        return []
    due = Message.objects.due(at=at).filter(
        recipient=message.recipient, channel=message.channel, topic__in=notices()
    )
    return list(due.exclude(pk=message.pk).order_by("due_at", "pk")[: MOST - 1])


def as_one(emails: Sequence[Email]) -> Email:
    """Return one mail that says what several would have said; one alone stays as it is."""
    first = emails[0]
    if len(emails) == 1:
        return first
    subject = f"{len(emails)} notices, the first: {first.subject}"
    parts = [f"{email.subject}\n{'-' * len(email.subject)}\n{email.text}" for email in emails]
    return replace(
        first,
        subject=subject[:LONGEST_SUBJECT],
        text="\n\n\n".join(part.strip() for part in parts) + "\n",
        html="",
        in_reply_to="",
        references=(),
        attachments=tuple(part for email in emails for part in email.attachments),
    )
