"""Reminding the people who owe a Reason for Outage, and telling its author when it was missed.

A tick may run late, twice, or on many workers at once: rows that another worker holds are skipped,
and what was told has its key. Of several tickets of one incident, the one whose report is due first
speaks for all.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from django.db import transaction
from django.db.models import F, Q

from apps.contracts import queries as contracts
from apps.contracts.queries.hours import published_hours
from apps.escalation.models import Incident, IncidentTicket, ReportReminder
from apps.escalation.queries import owed_reports
from apps.escalation.rules.reminders import Mark, marks, reminder
from apps.escalation.services.review_notices import digest_of
from apps.outbox.enqueue import enqueue
from apps.outbox.rules.address import is_plain_address
from apps.tickets.models import Deadline, Ticket
from apps.tickets.queries import duty_managers

BATCH = 500
# A deadline has passed, and the sweep has not recorded the miss yet: it comes every few seconds.
LOOK_AGAIN = timedelta(seconds=15)
OPEN, MISSED = Deadline.Verdict.OPEN, Deadline.Verdict.MISSED


@dataclass(frozen=True, slots=True)
class _Owed:
    """The report that a ticket owes, as a reminder finds it."""

    deadline: Deadline
    ticket: Ticket
    incident: Incident | None

    @property
    def author(self) -> str:
        """Whose work it is: the incident's author; before there is one, who has the ticket."""
        person = self.incident.author if self.incident else self.ticket.assignee
        return person.email if person is not None and person.is_active else ""


def remind_owed(*, at: datetime) -> int:
    """Say all that is due at that instant; return of how many tickets something was looked at.

    Clause: S-6, R-3.
    """
    while _count_new():
        pass
    looked, managers = 0, duty_managers()
    while done := _remind_batch(at=at, managers=managers):
        looked += done
    return looked


@transaction.atomic
def _count_new() -> bool:
    """Begin with reports that are owed newly, or until another instant; tell if some may be left.

    One index holds what is owed; it is read with the reminders beside it.
    """
    counted = "ticket__report_reminder"
    moved = ~Q(due_at=F(f"{counted}__due_at")) | Q(**{f"{counted}__next_at": None})
    rows = list(
        owed_reports()
        .filter(Q(**{counted: None}) | (Q(state=OPEN, due_at__isnull=False) & moved))
        .exclude(due_at=None)
        .select_related("ticket")[:BATCH]
    )
    reminders = [
        ReportReminder(ticket=row.ticket, due_at=due_at, next_at=_first(row, due_at))
        for row, due_at in ((row, cast(datetime, row.due_at)) for row in rows)
    ]
    ReportReminder.objects.bulk_create(
        reminders,
        update_conflicts=True,
        unique_fields=["ticket"],
        update_fields=["due_at", "next_at", "told_percent"],
    )
    return len(rows) == BATCH


@transaction.atomic
def _remind_batch(*, at: datetime, managers: Sequence[str]) -> int:
    rows = list(
        ReportReminder.objects.due(at=at)
        .order_by("next_at", "pk")
        # SQLite has no such lock, and needs none: its transactions write in turn.
        .select_for_update(skip_locked=True, no_key=True)[:BATCH]
    )
    owed = _owed([row.ticket_id for row in rows])
    first = set(_speaking(owed))
    for row in rows:
        found = owed.get(row.ticket_id)
        if found is None:
            row.next_at = None
        else:
            is_first = found.ticket.pk in first
            _remind(row, found, managers=managers if is_first else None, at=at)
    ReportReminder.objects.bulk_update(rows, ["told_percent", "next_at"])
    return len(rows)


def _remind(
    row: ReportReminder, owed: _Owed, *, managers: Sequence[str] | None, at: datetime
) -> None:
    """Say what there is to say of one; ``managers`` None: another ticket speaks for it."""
    deadline = owed.deadline
    if deadline.state == MISSED:
        row.next_at = None
        if managers is not None:
            _tell_missed(owed, managers=managers, at=at)
        return
    due_at = cast(datetime, deadline.due_at)
    said = reminder(_marks(deadline), due_at=due_at, told_percent=row.told_percent, at=at)
    row.next_at = said.next_at if said.next_at > at else at + LOOK_AGAIN
    if said.percent is None:
        return
    row.told_percent = said.percent
    if managers is not None:
        _tell_near(owed, said.percent, managers=managers, at=at)


def _tell_near(owed: _Owed, percent: int, *, managers: Sequence[str], at: datetime) -> None:
    due_at = cast(datetime, owed.deadline.due_at)
    what = f"near:{percent}:{due_at:%Y%m%d%H%M%S}"
    payload = {"deadline_id": owed.deadline.pk, "percent": percent, "due_at": due_at.isoformat()}
    for address in dict.fromkeys([owed.author, *managers]):
        _tell("report.near", owed, what, address, payload, at=at)


def _tell_missed(owed: _Owed, *, managers: Sequence[str], at: datetime) -> None:
    """Tell the author. The duty managers and who has the ticket hear it from the sweep."""
    assignee = owed.ticket.assignee
    told = {*managers, assignee.email if assignee is not None else ""}
    if owed.author not in told:
        payload = {"deadline_id": owed.deadline.pk}
        _tell("report.missed", owed, "missed", owed.author, payload, at=at)


def _tell(topic: str, owed: _Owed, what: str, address: str, payload: dict, *, at: datetime) -> None:
    if not is_plain_address(address):
        return
    of = f"incident:{owed.incident.pk}" if owed.incident else f"ticket:{owed.ticket.pk}"
    key = f"{of}:report:{what}:{digest_of(address)}"
    enqueue(topic=topic, key=key, recipient=address, payload=payload, at=at)


def _owed(ticket_ids: Sequence[int]) -> Mapping[int, _Owed]:
    """Return ticket id -> the report that it owes, with that of all others of its incident."""
    either = Q(ticket__in=ticket_ids) | Q(ticket__merged_into__in=ticket_ids)
    incidents = IncidentTicket.objects.filter(either).values("incident")
    members = IncidentTicket.objects.filter(incident__in=incidents)
    # A duplicate's incident is its survivor's.
    of_ticket = {
        row.ticket.merged_into_id or row.ticket_id: row.incident
        for row in members.select_related("incident__author", "ticket")
    }
    rows = owed_reports().filter(ticket__in={*ticket_ids, *of_ticket})
    return {
        row.ticket_id: _Owed(row, row.ticket, of_ticket.get(row.ticket_id))
        for row in rows.select_related("ticket__assignee")
    }


def _speaking(owed: Mapping[int, _Owed]) -> Iterator[int]:
    """Yield the tickets that speak: of an incident the one whose report is due first."""
    heard: set[tuple[int, str]] = set()
    # They are in the order of their due instants.
    for pk, found in owed.items():
        if found.incident is None:
            yield pk
            continue
        # What was missed is one thing, what is near another.
        named = (found.incident.pk, found.deadline.state)
        if named not in heard:
            heard.add(named)
            yield pk


def _first(deadline: Deadline, due_at: datetime) -> datetime:
    """Return when there is something to say first: without reminders, at the deadline."""
    return min(due_at, next((mark.at for mark in _marks(deadline)), due_at))


def _marks(deadline: Deadline) -> Sequence[Mark]:
    ticket = deadline.ticket
    terms = contracts.terms(
        version_id=ticket.version_id, plan_id=ticket.plan_id, agreed=ticket.agreed
    )
    rule = terms.rules["reason_for_outage"]  # or nothing would be owed
    known = deadline.hours_id  # a process keeps the hours of a revision
    return marks(
        started_at=deadline.started_at,
        target=deadline.target,
        percents=rule.settings["remind_at_percent"],
        hours=published_hours(known) if known else contracts.hours(deadline.calendar_id),
    )
