"""What a ticket's page shows, read in a bounded number of queries."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Prefetch, Sum
from django.urls import NoReverseMatch, reverse

from apps.contracts.models import Target
from apps.contracts.queries.catalogue import catalogue
from apps.tickets.admin.badges import hours_for
from apps.tickets.admin.entitled import checks
from apps.tickets.admin.event_words import in_words
from apps.tickets.admin.explained import cite
from apps.tickets.admin.promises import Promise, Reading, promises_of, terms_of
from apps.tickets.admin.turns import (
    after_solution,
    if_justified,
    proposal,
    severity_changes,
    suspension,
    what_follows,
)
from apps.tickets.models import (
    Attachment,
    Deadline,
    Event,
    Message,
    Ticket,
    TimeEntry,
    VendorCase,
)
from apps.tickets.rules.history import Happening, Kind

SHOWN = 200  # the latest of each; a link shows all
LOGGED = 5  # the latest entries of time


def page_of(ticket: Ticket, *, at: datetime, zone: str, everything: bool) -> dict[str, Any]:
    """Return the context of the page's living part. ``zone`` is the reader's."""
    limit = None if everything else SHOWN
    listed = catalogue(ticket.version_id)
    clauses, severities = listed.clauses, list(listed.severities)
    labels = {row.key: row.label for row in severities}
    # All of them: what became of the severity and the clocks is told from the beginning.
    log = list(ticket.events.select_related("by").order_by("pk"))
    events = log[-limit:] if limit else log
    said = _latest(_messages(ticket), limit)
    reading = Reading(
        at=at,
        zone=zone,
        hours=hours_for([ticket]),
        clauses=clauses,
        terms=terms_of(ticket),
        history=[Happening(Kind(event.kind), event.at, event.facts) for event in log],
    )
    rows = list(ticket.deadlines.select_related("calendar"))
    promises = list(promises_of(ticket, rows, reading))
    return {
        "ticket": ticket,
        "zone": zone,
        "severities": severities,
        "entitled": checks(ticket.entitled.get("steps", []), clauses),
        "promises": promises,
        "awaits_response": any(_awaits_response(promise.deadline) for promise in promises),
        "badges": [promise.badge for promise in promises if promise.badge],
        "conversation": _conversation(said, events),
        "timeline": [(event, in_words(event, labels)) for event in reversed(events)],
        "seen": events[-1].pk if events else 0,
        "severity_changes": severity_changes(log, reading, labels),
        "follows": what_follows(reading),
        "after_solution": after_solution(ticket, rows),
        "if_justified": if_justified(ticket, reading),
        "proposal": proposal(ticket, rows, severities, reading),
        "suspension": suspension(ticket, log, reading),
        "cases": cases_of(ticket, reading),
        "has_more": limit is not None and (len(log) > limit or len(said) == limit),
        "fingerprint": _fingerprint(ticket, promises, events, said),
    }


def cases_of(ticket: Ticket, reading: Reading) -> list[tuple[VendorCase, str, Any]]:
    """Return the cases with others, each with what it means for the resolution and its clause."""
    rule = reading.terms.rules.get("code_change") or reading.terms.rules.get("third_parties")
    lifts = rule is not None and not rule.settings.get("fixed_resolution", True)
    clauses = cite(rule.clause if rule else "", reading.clauses)
    return [
        (case, _meaning(case, lifts=lifts), clauses)
        for case in ticket.vendor_cases.select_related("opened_by")
    ]


def _meaning(case: VendorCase, *, lifts: bool) -> str:
    if lifts and case.party == VendorCase.Party.VENDOR and not case.service_affecting:
        return "Service does not suffer: there is no fixed time to resolve it."
    suffers = "Service suffers" if case.service_affecting else "Service does not suffer"
    return f"{suffers}: our deadlines run on."


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


def _messages(ticket: Ticket) -> Any:
    files = Prefetch("attachments", queryset=Attachment.objects.defer("content"))
    return ticket.messages.select_related("author", "client").prefetch_related(files)


def _latest(rows: Any, limit: int | None) -> list[Any]:
    """Return the latest rows, oldest first."""
    found = rows.order_by("-pk")
    return list(found[:limit] if limit else found)[::-1]


def _conversation(said: Sequence[Message], events: Sequence[Event]) -> list[tuple[Message, str]]:
    """Return each message with what it was, where its events tell more than its direction."""
    told: dict[int, dict[str, Any]] = {}
    for event in events:
        told.setdefault(event.facts.get("message", 0), {})[event.kind] = event.facts
    return [(row, _kind_of(row, told.get(row.pk, {}))) for row in said]


def _kind_of(message: Message, told: Mapping[str, Any]) -> str:
    if told.get(Event.What.RESPONDED, {}).get("by_phone"):
        return "Call with the client"
    kinds = (words for kind, words in _KINDS.items() if kind in told)
    return next(kinds, message.get_direction_display())


_KINDS = {
    Event.What.SOLVED: "Solution to the client",
    Event.What.JUDGED: "Verdict to the client",
    Event.What.WORKAROUND_GIVEN: "Workaround to the client",
    Event.What.RFO_ISSUED: "Reason for Outage to the client",
    Event.What.CONFIRMED: "Closure confirmed",
    Event.What.REFUSED: "Closure refused",
    Event.What.CLOSED: "Closing message to the client",
    Event.What.ASKED_CLIENT: "Question to the client",
}


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
