"""The deadlines of a ticket as its page shows them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.contracts import queries as contracts
from apps.contracts.models import Clause, Target
from apps.contracts.rules.calendar import ServiceHours
from apps.contracts.rules.terms import Terms
from apps.tickets.admin.badges import Badge, badge_of
from apps.tickets.admin.explained import Cited, cite, explained
from apps.tickets.models import Deadline, Ticket
from apps.tickets.rules.history import Happening
from apps.tickets.rules.promise import DeadlineKind
from apps.tickets.rules.promised import waits_for_vendor


@dataclass(frozen=True, slots=True)
class Promise:
    """One kind of promise: its deadline with the explanation, or why there is none.

    ``earlier``: how many others of the kind there were before this one.
    """

    kind: str
    deadline: Deadline | None
    badge: Badge | None
    steps: Sequence[tuple[str, Sequence[Cited]]]
    none: str
    clauses: Sequence[Cited]
    earlier: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """Whose page it is, when, and with what to explain."""

    at: datetime
    zone: str
    hours: Mapping[int, ServiceHours]
    clauses: Mapping[str, Clause]
    terms: Terms
    history: Sequence[Happening]


def terms_of(ticket: Ticket) -> Terms:
    """Return the terms under which a ticket was registered."""
    return contracts.terms(
        version_id=ticket.version_id, plan_id=ticket.plan_id, agreed=ticket.agreed
    )


def promises_of(ticket: Ticket, rows: Sequence[Deadline], reading: Reading) -> Iterator[Promise]:
    """Yield the promises of a ticket, each kind once, response first.

    Response and resolution always; of the others the one that runs, or the last that was missed.
    """
    owed = {kind: name for kind, name in Target.Kind.choices}
    for kind in DeadlineKind:
        of_kind = sorted((row for row in rows if row.kind == kind), key=lambda row: row.serial)
        shown = [row for row in of_kind if kind in owed or _is_of_interest(row)]
        if shown:
            yield _promise(shown[-1], len(of_kind) - 1, reading)
        elif kind in owed:
            yield _none(owed[kind], kind, ticket, reading)


def _is_of_interest(row: Deadline) -> bool:
    return row.kind == DeadlineKind.RFO or row.state != Deadline.Verdict.MET


def _promise(row: Deadline, earlier: int, reading: Reading) -> Promise:
    return Promise(
        kind=row.get_kind_display(),
        deadline=row,
        badge=badge_of(row, at=reading.at, hours=reading.hours[row.calendar_id]),
        steps=explained(row.steps, zone=reading.zone, clauses=reading.clauses),
        none="",
        clauses=cite(row.clause, reading.clauses),
        earlier=earlier,
    )


def _none(name: str, kind: str, ticket: Ticket, reading: Reading) -> Promise:
    if kind == DeadlineKind.RESOLUTION and waits_for_vendor(reading.history, reading.terms):
        ref = reading.terms.rules["code_change"].clause
        why = "No deadline: a vendor has to change code, and service does not suffer."
        return Promise(name, None, None, [], why, cite(ref, reading.clauses))
    target = _target(ticket, kind, reading)
    why = "Best effort: owed, but with no fixed time." if target else "Nothing is promised."
    ref = f"{target.clause}, {target.reading}" if target else ""
    return Promise(name, None, None, [], why, cite(ref, reading.clauses))


def _target(ticket: Ticket, kind: str, reading: Reading) -> Any:
    return reading.terms.target(
        kind=kind,
        severity=ticket.severity.key,
        channel=ticket.channel,
        arrival=reading.history[0].facts.get("arrival", ""),
    )
