"""Writing down what happened, and bringing the promises in step with it."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from apps.contracts import queries as contracts
from apps.contracts.models import User
from apps.contracts.queries.hours import in_force, published_hours
from apps.contracts.services.orders import sign
from apps.tickets.models import Deadline, Event, Ticket
from apps.tickets.queries import duty_managers, history_of
from apps.tickets.rules import deadlines as rules
from apps.tickets.rules.history import Kind, Status, severity_after, status_of
from apps.tickets.rules.order_of_work import place_of
from apps.tickets.rules.promise import PROVIDERS, DeadlineKind
from apps.tickets.services.notice import record_misses


class Refused(Exception):
    """The act does not fit the ticket as it is. The message says what to do instead."""


def lock(ticket: Ticket) -> Ticket:
    """Return the ticket as it is now, held with its deadlines until the transaction ends.

    The sweep skips deadlines that are held, so that an act in time is not overtaken by the record
    of a miss; and where the sweep was first, the miss is on record before the act is judged. A
    weak lock (no_key) on the ticket lets the sweep write its event meanwhile: with a strong one
    each could wait for the other.
    """
    return lock_all(ticket)[0]


def lock_all(ticket: Ticket) -> tuple[Ticket, list[tuple[str, datetime | None]]]:
    """Do the same, and return (kind, when the sweep has something to do) of its deadlines too."""
    held = Ticket.objects.select_for_update(no_key=True).get(pk=ticket.pk)
    rows = held.deadlines.select_for_update(no_key=True).values_list("kind", "next_at")
    return held, list(rows)


def done_before(kind: Kind, act_key: str) -> bool:
    """Tell whether an act of that name was done: then it came twice, by a double click."""
    return Event.objects.filter(source_key=f"{kind}:{act_key}").exists()


def amend(*, ticket: Ticket, reason: str, at: datetime, by: User | None = None) -> None:
    """Say who amends a ticket, when and why, for the history row of the next save."""
    sign(ticket, reason=reason, by=by, at=at)


def record(
    *,
    ticket: Ticket,
    kind: Kind,
    at: datetime,
    by: User | None = None,
    facts: dict[str, Any] | None = None,
    source_key: str | None = None,
) -> Event:
    """Append to the log of a locked ticket.

    A ticket's events are in the order of their instants: an act whose clock runs behind that of
    the event before it is dated to that event.
    """
    ticket.latest_at = max(ticket.latest_at, at)
    return Event.objects.create(
        ticket=ticket,
        kind=kind,
        at=ticket.latest_at,
        recorded_at=at,
        by=by,
        facts=facts or {},
        source_key=source_key,
    )


def settle(*, ticket: Ticket) -> None:
    """Bring status and deadlines of a locked ticket in step with its history.

    A deadline that turns out to be missed, by an act that comes too late or a severity whose
    deadline has passed already, is recorded at once: the sweep need not have been faster.
    """
    count_anew(ticket=ticket, at=ticket.latest_at)


def count_anew(*, ticket: Ticket, at: datetime) -> None:
    """Do the same when nothing happened to the ticket, but its hours changed; ``at`` is when.

    What is open counts with the hours in force. A verdict on record stays as it was found, with
    the hours of that time.

    Clause: R-14, S-2, V-4.
    """
    history = history_of(ticket)
    terms = contracts.terms(
        version_id=ticket.version_id, plan_id=ticket.plan_id, agreed=ticket.agreed
    )
    counts = in_force(ticket.version_id)
    hours = {calendar_id: found.hours for calendar_id, found in counts.items()}
    status = status_of(history)
    is_worked_on = status != Status.CLOSED
    rows = {(row.kind, row.serial): row for row in ticket.deadlines.all()}
    late = []
    found = rules.deadlines(history, terms=terms, hours=hours)
    for owed in found:
        named = (owed.kind, owed.serial)
        row = rows.pop(named, None) or Deadline(ticket=ticket, kind=named[0], serial=named[1])
        was_worked_on, row.in_work = row.in_work, is_worked_on
        if row.state == rules.State.MISSED:
            then = rules.deadlines(history, terms=terms, hours=hours_on_record(row, hours))
            same = (each for each in then if (each.kind, each.serial) == named)
            _keep_miss(row, next(same, owed))
        elif row.state != rules.State.MET or row.ended_at != owed.ended_at:
            _write(row, owed, counts[owed.calendar_id].revision_id)
            if owed.state == rules.State.MISSED and owed.kind in PROVIDERS:
                late.append(row.pk)
        elif was_worked_on != is_worked_on:
            row.save(update_fields=["in_work"])
    if late:
        record_misses(late, managers=duty_managers(), at=at)
    gone = [row.pk for row in rows.values() if row.state != rules.State.MISSED]
    if gone:
        Deadline.objects.filter(pk__in=gone).delete()
    due_at = next((each.due_at for each in found if each.kind == DeadlineKind.RESOLUTION), None)
    place = place_of(
        severity=severity_after(history),
        registered_at=history[0].at,
        resolution_due_at=due_at,
        terms=terms,
    )
    ticket.status = Ticket.State(status)
    ticket.work_band, ticket.work_at = place.band, place.at
    Ticket.objects.filter(pk=ticket.pk).update(
        status=ticket.status,
        latest_at=ticket.latest_at,
        work_band=ticket.work_band,
        work_at=ticket.work_at,
    )


def hours_on_record(row: Deadline, hours: rules.Hours) -> rules.Hours:
    """Return the hours that a deadline was counted with; the other calendars' are those given."""
    if row.hours_id is None:
        return hours
    return {**hours, row.calendar_id: published_hours(row.hours_id)}


def _keep_miss(row: Deadline, then: rules.Deadline) -> None:
    """Let a miss that is on record learn when the act came after all, and nothing else."""
    row.ended_at = then.ended_at
    if then.due_at == row.due_at:
        row.steps = [asdict(step) for step in then.steps]
    row.save(update_fields=["ended_at", "steps", "in_work"])


def _write(row: Deadline, owed: rules.Deadline, revision_id: int) -> None:
    """Write a deadline as it stands.

    A promise of the provider that is missed and not on record is left open: the record of a miss
    comes with its event and its mails.
    """
    if row.warn_at != owed.warn_at:
        row.warned_at = None
    row.target, row.used, row.calendar_id = owed.target, owed.used, owed.calendar_id
    row.hours_id = revision_id
    row.clause, row.started_at = owed.clause, owed.started_at
    row.due_at, row.warn_at = owed.due_at, owed.warn_at
    is_miss = owed.state == rules.State.MISSED and owed.kind in PROVIDERS
    row.state = Deadline.Verdict(rules.State.OPEN if is_miss else owed.state)
    is_open = row.state == rules.State.OPEN
    row.settled_at = None if is_open else owed.settled_at
    row.next_at = _next_at(row) if is_open else None
    row.ended_at = owed.ended_at
    row.steps = [asdict(step) for step in owed.steps]
    row.save()


def _next_at(row: Deadline) -> datetime | None:
    """When the sweep has something to do: warn first, unless that is done; then the due instant."""
    if row.due_at is None or row.warned_at is not None or row.warn_at is None:
        return row.due_at
    return min(row.warn_at, row.due_at)
