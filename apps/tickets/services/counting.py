"""What follows from a ticket's history: its status, its place in the queue and its deadlines."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from apps.contracts import queries as contracts
from apps.contracts.queries.hours import InForce, in_force, in_force_beside, published_hours
from apps.contracts.rules.terms import Terms
from apps.outbox.bulk import Checked, Statement, insertion, run_together, update
from apps.tickets.models import Deadline, Ticket
from apps.tickets.queries import duty_managers, history_of
from apps.tickets.rules import deadlines as rules
from apps.tickets.rules.history import Happening, severity_after, status_of
from apps.tickets.rules.order_of_work import place_of
from apps.tickets.rules.promise import PROVIDERS, DeadlineKind
from apps.tickets.services.hooked import is_hooked, tell_met, tell_status
from apps.tickets.services.notice import record_misses

# What says which deadline a row is; all else follows from the history.
NAMED = ("id", "ticket_id", "kind", "serial")
COUNTED = [field.name for field in Deadline._meta.concrete_fields if field.attname not in NAMED]
PLACED = ["status", "latest_at", "work_band", "work_at"]  # what a ticket's history decides of it


@dataclass(frozen=True, slots=True)
class Counted:
    """The promises that follow from a history, with the hours that they were counted with."""

    history: Sequence[Happening]
    terms: Terms
    counts: Mapping[int, InForce]
    owed: Sequence[rules.Deadline]

    @property
    def hours(self) -> rules.Hours:
        return {calendar_id: found.hours for calendar_id, found in self.counts.items()}


@dataclass(frozen=True, slots=True)
class Rows:
    """What is to be written of a ticket's deadlines. ``late``: missed, and not on record yet.

    ``met``: kept, which was not on record.
    """

    new: list[Deadline]
    changed: list[Deadline]
    gone: list[int]
    late: list[Deadline]
    met: list[Deadline]


def count(
    ticket: Ticket, history: Sequence[Happening], counts: Mapping[int, InForce] | None = None
) -> Counted:
    """Return what follows from a history; ``counts`` are the hours in force, where known."""
    terms = contracts.terms(
        version_id=ticket.version_id, plan_id=ticket.plan_id, agreed=ticket.agreed
    )
    counts = in_force(ticket.version_id) if counts is None else counts
    hours = {calendar_id: found.hours for calendar_id, found in counts.items()}
    return Counted(history, terms, counts, rules.deadlines(history, terms=terms, hours=hours))


def place(ticket: Ticket, counted: Counted) -> None:
    """Set the status of a ticket and its place in the order of work; nothing is written."""
    resolution = (each.due_at for each in counted.owed if each.kind == DeadlineKind.RESOLUTION)
    found = place_of(
        severity=severity_after(counted.history),
        registered_at=counted.history[0].at,
        resolution_due_at=next(resolution, None),
        terms=counted.terms,
    )
    ticket.status = Ticket.State(status_of(counted.history))
    ticket.work_band, ticket.work_at = found.band, found.at


def count_anew(
    *,
    ticket: Ticket,
    at: datetime,
    history: Sequence[Happening] | None = None,
    pending: Sequence[Statement] = (),
    last: Checked | None = None,
) -> None:
    """Bring a locked ticket in step, also when only its hours changed; ``at`` is when.

    What is open counts with the hours in force. A verdict on record stays as it was found, with
    the hours of that time.

    Clause: R-14, S-2, V-4.
    """
    held = ticket.__dict__.pop("held_deadlines", None)
    counts = in_force_beside(held[0].hours_now) if held else None
    counted = count(ticket, history_of(ticket) if history is None else history, counts)
    status = ticket.status
    place(ticket, counted)
    before = list(ticket.deadlines.order_by("pk")) if held is None else held
    rows = rows_of(ticket, counted, before)
    placed = update(ticket, PLACED)
    write(ticket, rows, pending=[*pending, placed], last=last, at=at)
    tell_status(ticket, before=status, at=at)
    tell_met(ticket, rows.met, at=at)


def write(
    ticket: Ticket,
    rows: Rows,
    *,
    pending: Sequence[Statement],
    at: datetime,
    last: Checked | None = None,
) -> None:
    """Write deadlines, and ``pending`` with them in one go; then record what turned out missed."""
    new = rows.new
    if any(row.pk is None for row in rows.late):
        # The record of a miss names its deadline.
        new = [] if Deadline.objects.bulk_create(new) else new
    statements = [*pending, *(update(row, COUNTED) for row in rows.changed)]
    if new:
        statements.insert(0, insertion(new))
    run_together(statements, last)
    if rows.late:
        late = [row.pk for row in rows.late]
        hooked = late if is_hooked(ticket) else ()
        record_misses(late, managers=duty_managers(), at=at, hooked=hooked)
    if rows.gone:
        Deadline.objects.filter(pk__in=rows.gone).delete()


def rows_of(ticket: Ticket, counted: Counted, before: Sequence[Deadline]) -> Rows:
    """Return what becomes of a ticket's deadlines, of which ``before`` are there."""
    rows = {(row.kind, row.serial): row for row in before}
    is_worked_on = ticket.status != Ticket.State.CLOSED
    found = Rows([], [], [], [], [])
    for owed in counted.owed:
        named = (owed.kind, owed.serial)
        row = rows.pop(named, None) or Deadline(ticket=ticket, kind=named[0], serial=named[1])
        was = _facts(row)
        row.in_work = is_worked_on
        if row.state == rules.State.MISSED:
            _keep_miss(row, owed, counted)
        elif row.state != rules.State.MET or row.ended_at != owed.ended_at:
            _fill(row, owed, counted.counts[owed.calendar_id].revision_id)
            if owed.state == rules.State.MISSED and owed.kind in PROVIDERS:
                found.late.append(row)
        if row.pk is None:
            found.new.append(row)
        elif _facts(row) != was:
            found.changed.append(row)
            if row.state == rules.State.MET != was["state"] and owed.kind in PROVIDERS:
                found.met.append(row)
    found.gone.extend(row.pk for row in rows.values() if row.state != rules.State.MISSED)
    return found


def _facts(row: Deadline) -> dict[str, object]:
    fields = row._meta.concrete_fields
    return {each.attname: getattr(row, each.attname) for each in fields if each.name not in NAMED}


def hours_on_record(row: Deadline, hours: rules.Hours) -> rules.Hours:
    """Return the hours that a deadline was counted with; the other calendars' are those given."""
    if row.hours_id is None:
        return hours
    return {**hours, row.calendar_id: published_hours(row.hours_id)}


def _keep_miss(row: Deadline, owed: rules.Deadline, counted: Counted) -> None:
    """Let a miss that is on record learn when the act came after all, and nothing else."""
    hours = hours_on_record(row, counted.hours)
    every = rules.deadlines(counted.history, terms=counted.terms, hours=hours)
    same = (each for each in every if (each.kind, each.serial) == (owed.kind, owed.serial))
    then = next(same, owed)
    row.ended_at = then.ended_at
    if then.due_at == row.due_at:
        row.steps = [asdict(step) for step in then.steps]


def _fill(row: Deadline, owed: rules.Deadline, revision_id: int) -> None:
    """Fill a deadline in as it stands.

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


def _next_at(row: Deadline) -> datetime | None:
    """When the sweep has something to do: warn first, unless that is done; then the due instant."""
    if row.due_at is None or row.warned_at is not None or row.warn_at is None:
        return row.due_at
    return min(row.warn_at, row.due_at)
