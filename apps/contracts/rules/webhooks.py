"""What an account's own systems may be told of, by webhook.

Clause: S-12 (what is enforced outside must be heard of at once).
"""

from collections.abc import Iterable
from datetime import timedelta

TEST = "webhook.test"
# Each type of event, in words.
EVENTS: dict[str, str] = {
    "ticket.registered": "A ticket was registered",
    "ticket.replied": "We answered, or asked something",
    "ticket.client_replied": "One of yours answered",
    "ticket.status_changed": "A ticket has another status",
    "ticket.severity_changed": "A ticket has another severity",
    "ticket.escalated": "A ticket was escalated",
    "ticket.closed": "A ticket was closed",
    "deadline.approaching": "A deadline comes near",
    "deadline.missed": "We missed a deadline",
    "deadline.met": "We kept a deadline",
    "standing.approaching": "A suspension comes near",
    "standing.changed": "The account's standing changed",
    "invoice.issued": "An invoice was issued",
    "credit_note.issued": "A credit note was issued",
    "notice.issued": "A notice was issued, such as a Reason for Outage",
}
OF_MONEY = ("invoice.issued", "credit_note.issued")  # for who may see invoices
EARLIER_LASTS = timedelta(hours=24)  # how long a secret counts beside the one that replaced it
SETTLES_AFTER = timedelta(minutes=10)  # until then a new secret is nobody's yet
FAILS_AT_MOST = timedelta(days=5)  # without one success; then an endpoint is switched off


def unknown_in(events: Iterable[str]) -> list[str]:
    """Return what is no type of event, sorted.

    Clause: S-12.
    """
    return sorted(set(events) - set(EVENTS))
