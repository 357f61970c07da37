"""Tickets as a program reads them: what the person may read as whom it acts.

Clause: V-3.5.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch

from apps.contracts.models import AuthorisedUser, Severity
from apps.tickets.models import Attachment, Deadline, Message, Ticket
from apps.tickets.queries import row_keys
from apps.tickets.queries.readable import (
    Place,
    lists_of,
    places_in,
    readable_by,
    told_to_client,
)
from apps.tickets.rules.promise import DeadlineKind
from apps.tickets.rules.turns import turn_in
from apps.tickets.wording import sentence

RELATED = ("order", "severity", "category", "service", "requester", "version", "closing")
WITHOUT = ("version__source", "agreed", "entitled")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tickets are asked for. ``states`` empty: of all; ``severity`` "": of whatever."""

    states: Sequence[str] = ()
    severity: str = ""
    changed_since: datetime | None = None


def page_of(
    person: AuthorisedUser, wanted: Wanted, *, after: Place | None, limit: int
) -> dict[str, Any]:
    """Return a page of tickets, the one on which something happened last first."""
    severities = None
    if wanted.severity:
        rows = Severity.objects.filter(version__policy=person.order.version.policy_id)
        severities = list(rows.filter(key=wanted.severity).values_list("pk", flat=True))
    lists = list(lists_of([person], wanted.states or Ticket.State.values, severities=severities))
    if wanted.changed_since is not None:
        lists = [rows.filter(latest_at__gte=wanted.changed_since) for rows in lists]
    found = sorted(places_in(lists, after=after, is_back=False, limit=limit + 1), reverse=True)
    shown = found[:limit]
    return {
        "items": _rows([pk for _, pk in shown]),
        "next": row_keys.written(shown[-1]) if len(found) > limit else None,
    }


def ticket_of(person: AuthorisedUser, key: int) -> Ticket | None:
    """Return a ticket that the person may read; None: there is none.

    Clause: V-3.5.
    """
    rows = readable_by([person]).filter(pk=key).select_related(*RELATED, "merged_into")
    return rows.defer(*WITHOUT).first()


def whole(ticket: Ticket) -> dict[str, Any]:
    """Return a ticket with the latest promise of each kind, and why it is so. One query."""
    latest: dict[str, Deadline] = {}
    for row in ticket.deadlines.order_by("serial"):
        latest[row.kind] = row
    due = [(row.due_at, row.pk, row) for row in latest.values() if row.due_at and _runs(row)]
    zone = ticket.version.time_zone
    return _shaped(ticket, min(due)[2] if due else None) | {
        "deadlines": [_promise(latest[kind], zone) for kind in DeadlineKind if kind in latest]
    }


def conversation(ticket: Ticket, *, before: int | None, limit: int) -> dict[str, Any]:
    """Return what was said, the latest first, as far as a client may read it. Two queries."""
    rows = told_to_client(ticket.messages.all())
    if before is not None:
        rows = rows.filter(pk__lt=before)
    files = Prefetch("attachments", Attachment.objects.defer("content"))
    related = rows.select_related("author", "client").prefetch_related(files)
    found = list(related.defer("html", "mark", "mail_id").order_by("-pk")[: limit + 1])
    shown = found[:limit]
    return {
        "items": [_said(row) for row in shown],
        "next": str(shown[-1].pk) if len(found) > limit else None,
    }


def file_of(person: AuthorisedUser, key: int) -> Attachment | None:
    """Return a file that the person may read; None: there is none.

    Clause: V-3.5.
    """
    messages = told_to_client(Message.objects.filter(ticket__in=readable_by([person])))
    return Attachment.objects.filter(pk=key, message__in=messages).first()


def steps_in(steps: Sequence[Mapping[str, Any]], zone: str) -> list[dict[str, str]]:
    """Return a stored explanation in sentences."""
    return [{"sentence": sentence(step, zone), "clause": step["clause"]} for step in steps]


def named(row: Any) -> dict[str, str] | None:
    """Return something of a list of ours; None: nothing."""
    return {"key": row.key, "label": str(row)} if row else None


def _rows(keys: Sequence[int]) -> list[dict[str, Any]]:
    rows = Ticket.objects.filter(pk__in=keys).select_related(*RELATED).defer(*WITHOUT)
    tickets = {ticket.pk: ticket for ticket in rows.order_by()}
    due: dict[int, Deadline] = {}
    running = Deadline.objects.open().filter(ticket__in=keys, due_at__isnull=False, in_work=True)
    for row in running.defer("steps").order_by("-due_at"):
        due[row.ticket_id] = row
    return [_shaped(tickets[pk], due.get(pk)) for pk in keys if pk in tickets]


def _runs(row: Deadline) -> bool:
    return row.state == Deadline.Verdict.OPEN and row.in_work


def _shaped(ticket: Ticket, due: Any) -> dict[str, Any]:
    return {
        "id": ticket.pk,
        "number": ticket.number,
        "order": ticket.order.number,
        "subject": ticket.subject,
        "state": ticket.status,
        "turn": turn_in(ticket.status).value,
        "severity": named(ticket.severity),
        "category": named(ticket.category),
        "service": named(ticket.service),
        "requester": {"name": ticket.requester.name, "email": ticket.requester.email},
        "registered_at": ticket.registered_at,
        "changed_at": ticket.latest_at,
        "closing": named(ticket.closing) if ticket.status == Ticket.State.CLOSED else None,
        "merged_into": ticket.merged_into_id,
        "next_due": {"kind": due.kind, "due_at": due.due_at} if due else None,
    }


def _promise(row: Deadline, zone: str) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "state": row.state,
        "due_at": row.due_at,
        "warn_at": row.warn_at,
        "settled_at": row.settled_at,
        "clause": row.clause,
        "why": steps_in(row.steps, zone),
    }


def _said(row: Message) -> dict[str, Any]:
    client = row.client
    return {
        "id": row.pk,
        "sent_at": row.sent_at,
        "said_by": "CLIENT" if client else "PROVIDER",
        "name": client.name if client else str(row.author),
        "text": row.text,
        "files": [
            {"id": file.pk, "name": file.name, "size": file.size} for file in row.attachments.all()
        ],
    }
