"""The demo's canned replies: what staff here write often."""

from datetime import datetime

from apps.contracts.models import User
from apps.contracts.services.orders import sign
from apps.tickets.models import CannedReply

REPLIES = {
    "We are on it": (
        "Hello {first_name},\n\nwe are looking into {number}. It is handled as {severity}; you"
        " hear from us by {response_due} at the latest."
    ),
    "Please send a trace": (
        "Hello {first_name},\n\nplease send us the caller, the called number and the time of two"
        " calls that failed, in your own time zone. With them we find the call in our traces."
    ),
    "Does it work again?": (
        "Hello {first_name},\n\nwe have changed something and see no more errors. Does it work"
        " for you again? An answer to this mail is enough."
    ),
    "How to reach us": (
        "Hello {first_name},\n\nwrite to {mailbox} with {number} in the subject, and it reaches"
        " this ticket and whoever works on it."
    ),
}


def write_replies(*, by: User, at: datetime) -> None:
    """Write them down, as the duty manager does."""
    for title, body in REPLIES.items():
        reply = CannedReply(title=title, body=body)
        sign(reply, reason="Written", by=by, at=at)
        reply.save()
