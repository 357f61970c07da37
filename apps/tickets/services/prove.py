"""Proof that the rows of deadlines are what the rules say, ticket by ticket; nothing is written."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from apps.contracts import queries as contracts
from apps.tickets.models import Deadline, Ticket
from apps.tickets.queries import history_of
from apps.tickets.rules import deadlines as rules
from apps.tickets.services.counting import hours_on_record

BATCH = 500
SAME_WORDS = ("state", "target", "calendar_id", "clause", "started_at", "due_at", "settled_at")
FURTHER = ("ended_at", "used", "warn_at")


@dataclass(frozen=True, slots=True)
class Proof:
    """What came out of a batch: tickets looked at so far, and what differs, in words."""

    tickets: int
    differences: Sequence[str]


def prove_deadlines(*, calendar_id: int | None = None) -> Iterator[Proof]:
    """Compare every ticket's rows with the pure function of its history, batch by batch.

    Each row is compared under the hours that it was counted with. ``calendar_id``: only tickets
    that have a deadline in that calendar.

    Clause: S-2, V-4, R-14.
    """
    tickets = Ticket.objects.order_by("pk")
    if calendar_id is not None:
        counted = Deadline.objects.filter(calendar_id=calendar_id)
        tickets = tickets.filter(pk__in=counted.order_by().values("ticket"))
    last = seen = 0
    while batch := list(tickets.filter(pk__gt=last).prefetch_related("deadlines")[:BATCH]):
        last, seen = batch[-1].pk, seen + len(batch)
        yield Proof(seen, [text for ticket in batch for text in differences_of(ticket)])


def differences_of(ticket: Ticket) -> Iterator[str]:
    """Yield what a ticket's rows say otherwise than the rules.

    A deadline that has passed and waits for the sweep to record it is no difference.

    Clause: S-2, V-4, R-14.
    """
    history = history_of(ticket)
    terms = contracts.terms(
        version_id=ticket.version_id, plan_id=ticket.plan_id, agreed=ticket.agreed
    )
    hours = contracts.hours_of_version(ticket.version_id)
    rows = {(row.kind, row.serial): row for row in ticket.deadlines.all()}
    for owed in rules.deadlines(history, terms=terms, hours=hours):
        row = rows.pop((owed.kind, owed.serial), None)
        if row is None:
            yield f"{ticket.number} {owed.kind}: the rules owe one, and there is no row"
            continue
        then = rules.deadlines(history, terms=terms, hours=hours_on_record(row, hours))
        yield from _compared(
            ticket,
            row,
            next(one for one in then if (one.kind, one.serial) == (row.kind, row.serial)),
        )
    for kind, _ in rows:
        yield f"{ticket.number} {kind}: there is a row, and the rules owe none"


def _compared(ticket: Ticket, row: Deadline, owed: rules.Deadline) -> Iterator[str]:
    waits = row.state == rules.State.OPEN and owed.state == rules.State.MISSED
    if waits and row.due_at == owed.due_at:
        return
    for name in (*SAME_WORDS, *FURTHER):
        stored, ruled = getattr(row, name), getattr(owed, name)
        if stored != ruled:
            yield f"{ticket.number} {row.kind} {name}: stored {stored}, by the rules {ruled}"
    if row.steps != _steps(owed):
        yield f"{ticket.number} {row.kind}: the explanation is another one"


def _steps(owed: rules.Deadline) -> list[dict[str, Any]]:
    return [asdict(step) for step in owed.steps]
