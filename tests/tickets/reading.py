"""What stands in the rows after an act, read shortly."""

from datetime import timedelta

from apps.outbox.models import Message as Mail
from apps.tickets.models import Deadline, Ticket
from tests.factories import MORNING


def later(**span: float):
    """An instant after the morning on which tickets are registered."""
    return MORNING + timedelta(**span)


def log(ticket: Ticket) -> list[tuple]:
    """What is on record, in order: kind and instant."""
    return [*ticket.events.order_by("pk").values_list("kind", "at")]


def facts(ticket: Ticket, kind: str) -> list[dict]:
    return [*ticket.events.filter(kind=kind).order_by("pk").values_list("facts", flat=True)]


def deadline(ticket: Ticket, kind: str) -> Deadline:
    return ticket.deadlines.get(kind=kind)


def verdicts(ticket: Ticket) -> dict[str, tuple]:
    """Kind -> state, when it is due, when it was settled."""
    rows = ticket.deadlines.values_list("kind", "state", "due_at", "settled_at")
    return {kind: tuple(rest) for kind, *rest in rows}


def mails(topic: str) -> list[str]:
    """Who is told about that, sorted."""
    return sorted(Mail.objects.filter(topic=topic).values_list("recipient", flat=True))


def everything() -> list[int]:
    """How many rows there are of each kind that an act may write."""
    return [
        model.objects.count()
        for model in [
            Ticket,
            Ticket.history.model,
            Deadline,
            Mail,
            Ticket.events.field.model,
            Ticket.messages.field.model,
        ]
    ]
