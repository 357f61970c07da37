"""What a ticket's page shows, read in a bounded number of queries."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Prefetch, Sum
from django.urls import NoReverseMatch, reverse

from apps.contracts import queries as contracts
from apps.contracts.models import Clause, Severity, Target, User
from apps.contracts.rules.calendar import ServiceHours
from apps.tickets.admin.badges import Badge, badge_of, hours_for
from apps.tickets.admin.entitled import checks
from apps.tickets.admin.event_words import in_words
from apps.tickets.admin.explained import Cited, cite, explained
from apps.tickets.models import Attachment, Deadline, Event, Message, Ticket, TimeEntry

SHOWN = 200  # the latest of each; a link shows all
LOGGED = 5  # the latest entries of time


@dataclass(frozen=True, slots=True)
class Promise:
    """One kind of promise: its deadline with the explanation, or why there is none."""

    kind: str
    deadline: Deadline | None
    badge: Badge | None
    steps: Sequence[tuple[str, Sequence[Cited]]]
    none: str
    clauses: Sequence[Cited]


@dataclass(frozen=True, slots=True)
class SeverityChange:
    """A row of the severity's history. ``before`` None: as registered."""

    at: datetime
    by: User | None
    before: str | None
    after: str
    why: str


def page_of(ticket: Ticket, *, at: datetime, zone: str, everything: bool) -> dict[str, Any]:
    """Return the context of the page's living part. ``zone`` is the reader's."""
    limit = None if everything else SHOWN
    clauses = {row.ref: row for row in Clause.objects.filter(version=ticket.version_id)}
    severities = list(Severity.objects.filter(version=ticket.version_id).order_by("rank"))
    labels = {row.key: row.label for row in severities}
    events = _latest(ticket.events.select_related("by"), limit)
    said = _latest(_messages(ticket), limit)
    hours = hours_for([ticket])
    promises = list(promises_of(ticket, at=at, zone=zone, hours=hours, clauses=clauses))
    return {
        "ticket": ticket,
        "zone": zone,
        "severities": severities,
        "entitled": checks(ticket.entitled.get("steps", []), clauses),
        "promises": promises,
        "awaits_response": any(_awaits_response(promise.deadline) for promise in promises),
        "badges": [promise.badge for promise in promises if promise.badge],
        "conversation": [(row, _kind_of(row, events)) for row in said],
        "timeline": [(event, in_words(event, labels)) for event in reversed(events)],
        "severity_changes": list(severity_changes(ticket, severities)),
        "has_more": limit is not None and SHOWN in (len(events), len(said)),
        "seen": events[-1].pk if events else 0,
        "fingerprint": _fingerprint(ticket, promises, events, said),
    }


def promises_of(
    ticket: Ticket,
    *,
    at: datetime,
    zone: str,
    hours: Mapping[int, ServiceHours],
    clauses: Mapping[str, Clause],
) -> Iterator[Promise]:
    """Yield the promises of a ticket, each kind once, response first."""
    rows = {row.kind: row for row in ticket.deadlines.select_related("calendar")}
    for kind, name in Target.Kind.choices:
        row = rows.get(kind)
        if row is None:
            target = _target(ticket, kind)
            none = (
                "Best effort: owed, but with no fixed time." if target else "Nothing is promised."
            )
            ref = f"{target.clause}, {target.reading}" if target else ""
            yield Promise(name, None, None, [], none, cite(ref, clauses))
            continue
        badge = badge_of(row, at=at, hours=hours[row.calendar_id])
        steps = explained(row.steps, zone=zone, clauses=clauses)
        yield Promise(name, row, badge, steps, "", cite(row.clause, clauses))


def severity_changes(ticket: Ticket, severities: Sequence[Severity]) -> Iterator[SeverityChange]:
    """Yield how the severity came to be what it is, from the row's history."""
    labels = {row.pk: row.label for row in severities}
    before: int | None = None
    rows = ticket.history.select_related("history_user").order_by("history_date", "history_id")
    for row in rows:
        if row.severity_id != before:
            yield SeverityChange(
                at=row.history_date,
                by=row.history_user,
                before=labels.get(before) if before else None,
                after=labels.get(row.severity_id, "?"),
                why=row.history_change_reason or "",
            )
        before = row.severity_id


def mails_of(ticket: Ticket, user: Any) -> Sequence[tuple[str, str]]:
    """Return (words, address) of the raw mails behind a ticket, for who may see them."""
    mails = getattr(ticket, "mails", None)  # intake, a room above this one, puts it there
    if mails is None or not user.has_perm("intake.view_inboundmail"):
        return []
    try:
        return [
            (
                f"{mail.sender}: {mail.subject}",
                reverse("admin:intake_inboundmail_change", args=[mail.pk]),
            )
            for mail in mails.only("sender", "subject").order_by("pk")[:SHOWN]
        ]
    except NoReverseMatch:
        return []


def calls_of(ticket: Ticket, user: Any) -> Sequence[tuple[str, str]]:
    """Return (words, address) of the calls that were logged on a ticket, for who may see them."""
    calls = getattr(ticket, "calls", None)  # intake, a room above this one, puts it there
    if calls is None or not user.has_perm("intake.view_call"):
        return []
    try:
        return [
            (
                f"{call.caller}: {call.subject}",
                reverse("admin:intake_call_change", args=[call.pk]),
            )
            for call in calls.only("caller", "subject").order_by("pk")[:SHOWN]
        ]
    except NoReverseMatch:
        return []


def logged_on(ticket: Ticket) -> dict[str, Any]:
    """Return the time that was worked on a ticket: the latest entries, and all of it together."""
    rows = TimeEntry.objects.filter(ticket=ticket)
    minutes = rows.aggregate(minutes=Sum("minutes"))["minutes"] or 0
    return {
        "logged": rows.select_related("who")[:LOGGED],
        "logged_in_all": timedelta(minutes=minutes),
    }


def _awaits_response(deadline: Deadline | None) -> bool:
    return deadline is not None and (deadline.kind, deadline.ended_at) == (
        Target.Kind.RESPONSE,
        None,
    )


def _target(ticket: Ticket, kind: str) -> Any:
    terms = contracts.terms(
        version_id=ticket.version_id, plan_id=ticket.plan_id, agreed=ticket.agreed
    )
    registered = ticket.events.filter(kind=Event.What.REGISTERED).order_by("pk").first()
    arrival = registered.facts.get("arrival", "") if registered else ""
    return terms.target(
        kind=kind, severity=ticket.severity.key, channel=ticket.channel, arrival=arrival
    )


def _messages(ticket: Ticket) -> Any:
    files = Prefetch("attachments", queryset=Attachment.objects.defer("content"))
    return ticket.messages.select_related("author", "client").prefetch_related(files)


def _latest(rows: Any, limit: int | None) -> list[Any]:
    """Return the latest rows, oldest first."""
    found = rows.order_by("-pk")
    return list(found[:limit] if limit else found)[::-1]


def _kind_of(message: Message, events: Sequence[Event]) -> str:
    """Say what a message was, where its event tells more than its direction."""
    told = {event.kind: event.facts for event in events if event.facts.get("message") == message.pk}
    if told.get(Event.What.RESPONDED, {}).get("by_phone"):
        return "Call with the client"
    if Event.What.CLOSED in told:
        return "Closing message to the client"
    if Event.What.ASKED_CLIENT in told:
        return "Question to the client"
    return message.get_direction_display()


def _fingerprint(
    ticket: Ticket, promises: Sequence[Promise], events: Sequence[Event], said: Sequence[Message]
) -> str:
    """Return what changes when the page has something new to show, besides the countdown."""
    parts: list[Any] = [ticket.status, ticket.severity_id, ticket.assignee_id]
    parts += [rows[-1].pk if rows else 0 for rows in (events, said)]
    for promise in promises:
        if promise.deadline and promise.badge:
            row, badge = promise.deadline, promise.badge
            parts += [row.pk, row.state, row.due_at, badge.tone, badge.is_ticking]
            parts.append(len(row.steps))
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
