"""What a ticket's page shows, read in a bounded number of queries."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from apps.contracts.models import Target
from apps.contracts.queries.catalogue import catalogue
from apps.contracts.queries.collected import Collected
from apps.tickets.admin.badges import hours_for
from apps.tickets.admin.conversation import conversation
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
    for message in said:
        message.files.sort(key=lambda file: file["pk"])
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
        "reading": reading,
        "zone": zone,
        "severities": severities,
        "entitled": checks(ticket.entitled.get("steps", []), clauses),
        "promises": promises,
        "awaits_response": any(_awaits_response(promise.deadline) for promise in promises),
        "badges": [promise.badge for promise in promises if promise.badge],
        "conversation": conversation(said, log),
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


def logged_on(ticket: Ticket) -> dict[str, Any]:
    """Return the latest entries of the time that was worked on a ticket."""
    rows = TimeEntry.objects.filter(ticket=ticket)
    return {"logged": list(rows.select_related("who")[:LOGGED])}


def _awaits_response(deadline: Deadline | None) -> bool:
    return deadline is not None and (deadline.kind, deadline.ended_at) == (
        Target.Kind.RESPONSE,
        None,
    )


def _messages(ticket: Ticket) -> Any:
    files = Attachment.objects.filter(message=OuterRef("pk")).order_by()
    facts = JSONObject(pk="pk", name="name", size="size")
    said = ticket.messages.select_related("author", "client")
    return said.annotate(files=Collected(files.values_list(facts)))


def _latest(rows: Any, limit: int | None) -> list[Any]:
    """Return the latest rows, oldest first."""
    found = rows.order_by("-pk")
    return list(found[:limit] if limit else found)[::-1]


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
