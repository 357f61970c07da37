"""What a ticket's page asks of its reader: to judge, to confirm, to lower, to go on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from apps.contracts.models import Severity, User
from apps.tickets import services
from apps.tickets.admin.explained import Cited, cite
from apps.tickets.admin.promises import Reading
from apps.tickets.models import Deadline, Event, Ticket
from apps.tickets.queries.suspended import why_suspended
from apps.tickets.rules.history import Happening, Kind, severities_of, stretches_of
from apps.tickets.rules.promise import DeadlineKind, State, length
from apps.tickets.rules.promised import dues_of, promised

MOST_CHANGES = 50  # of a severity's history, the latest
# The walk through a history costs more than its length: of a very long one the first part is told.


@dataclass(frozen=True, slots=True)
class SeverityChange:
    """A row of the severity's history. ``before`` "": as registered.

    ``clocks``: name, due before, due after, of each promise of the provider.
    """

    at: datetime
    by: User | None
    before: str
    after: str
    why: str
    clocks: Sequence[tuple[str, datetime | None, datetime | None]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What it would do to the resolution's clock to find the client's refusal justified."""

    since: datetime
    due_at: datetime | None
    is_missed: bool
    is_owed: bool
    clauses: Sequence[Cited]


def severity_changes(
    events: Sequence[Event], reading: Reading, labels: Mapping[str, str]
) -> list[SeverityChange]:
    """Return how the severity came to be what it is, and what each change did to the clocks."""
    keys = list(severities_of(reading.history))
    changed = [place for place in range(1, len(keys)) if keys[place] != keys[place - 1]]
    first = events[0]
    found = [SeverityChange(first.at, first.by, "", labels.get(keys[0], "?"), "", [])]
    if not changed:
        return found
    dues = dues_of(reading.history, terms=reading.terms, hours=reading.hours)
    for place in changed[-MOST_CHANGES:]:
        event = events[place]
        found.append(
            SeverityChange(
                at=event.at,
                by=event.by,
                before=labels.get(keys[place - 1], "?"),
                after=labels.get(keys[place], "?"),
                why=_why(event),
                clocks=_clocks(dues, place),
            )
        )
    return found


def _why(event: Event) -> str:
    told = [event.facts.get("label"), event.facts.get("explanation")]
    if event.kind not in (Event.What.SEVERITY_CHANGED, Event.What.STEPPED_DOWN):
        told = ["The solution was taken back"]
    return ": ".join(filter(None, told))


def _clocks(
    dues: tuple[Mapping[int, datetime | None], ...], place: int
) -> list[tuple[str, datetime | None, datetime | None]]:
    """Return what was due before so many happenings and after one more, where anything was."""
    found = [
        (name, _due(known, place), _due(known, place + 1))
        for name, known in zip(("Response", "Resolution"), dues, strict=True)
    ]
    return [each for each in found if each[1] or each[2]]


def _due(known: Mapping[int, datetime | None], count: int) -> datetime | None:
    """Return what was due after so many happenings: as at the latest count that is known."""
    return known[max(each for each in known if each <= count)]


def after_solution(ticket: Ticket, rows: Sequence[Deadline]) -> dict[str, Any]:
    """Return what a solved ticket waits for: kind -> until when."""
    if ticket.status != Ticket.State.SOLVED:
        return {}
    running = [row for row in rows if row.state == Deadline.Verdict.OPEN and row.due_at]
    return {row.kind: row for row in running}


def if_justified(ticket: Ticket, reading: Reading) -> Verdict | None:
    """Return what the rules say of the resolution if the refusal is judged justified now."""
    if ticket.status != Ticket.State.ANSWERED:
        return None
    judged_at = max(reading.at, reading.history[-1].at)
    judged = Happening(Kind.JUDGED, judged_at, {"justified": True})
    then = promised([*reading.history, judged], terms=reading.terms, hours=reading.hours)
    resolution = next((each for each in then if each.kind == DeadlineKind.RESOLUTION), None)
    return Verdict(
        since=stretches_of(reading.history)[-1].starts_at,
        due_at=resolution.due_at if resolution else None,
        is_missed=resolution is not None and resolution.state == State.MISSED,
        is_owed=resolution is not None,
        clauses=cite("V-3.4.4, R-15", reading.clauses),
    )


def proposal(
    ticket: Ticket, rows: Sequence[Deadline], severities: Sequence[Severity], reading: Reading
) -> dict[str, Any] | None:
    """Return the client's missed reply for which a lower severity stands proposed, and to what."""
    if not any((row.kind, row.state) == (DeadlineKind.CLIENT_REPLY, "MISSED") for row in rows):
        return None
    missed = services.proposal_of(ticket)
    lower = next((each for each in severities if each.rank == ticket.severity.rank + 1), None)
    if missed is None or lower is None:
        return None
    return {"missed": missed, "lower": lower, "clauses": cite(missed.clause, reading.clauses)}


def suspension(ticket: Ticket, events: Sequence[Event], reading: Reading) -> dict[str, Any] | None:
    """Return why a ticket is suspended, since when and by whom."""
    if ticket.status != Ticket.State.SUSPENDED:
        return None
    last = next(each for each in reversed(events) if each.kind == Event.What.SUSPENDED)
    return {
        "why": why_suspended(last, ticket),
        "since": last.at,
        "by": last.by,
        "clauses": cite(last.facts.get("clause") or "R-13", reading.clauses),
    }


def what_follows(reading: Reading) -> dict[str, Any]:
    """Return what the policy has follow a solution: a time to confirm, or to be watched."""
    rules = reading.terms.rules
    asked, watched = rules.get("closure_confirmation"), rules.get("step_down")
    return {
        "confirm_within": length(asked.settings["within"]) if asked else timedelta(0),
        "is_watched": watched is not None,
    }
