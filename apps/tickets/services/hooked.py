"""What endpoints of an account are told of its tickets: written with the event itself.

Who locks a ticket learns with it whether its account has endpoints, so that those without pay
nothing. No words that somebody wrote are told: who hears of an event reads it by the API.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef

from apps.contracts.models import Account
from apps.contracts.services.webhook_news import News, announce
from apps.tickets.models import Deadline, Event, Ticket
from apps.tickets.rules.history import Kind

TOLD = {
    Kind.RESPONDED: "ticket.replied",
    Kind.CLIENT_REPLIED: "ticket.client_replied",
    Kind.REFUSED: "ticket.client_replied",
    Kind.SEVERITY_CHANGED: "ticket.severity_changed",
    Kind.STEPPED_DOWN: "ticket.severity_changed",
    Kind.ESCALATED: "ticket.escalated",
    Kind.CLOSED: "ticket.closed",
}
# On the locked ticket: whether its account has endpoints.
HOOKED = Exists(Account.objects.filter(pk=OuterRef("account"), has_webhooks=True))
HOOKED_TICKET = Exists(
    Ticket.objects.filter(pk=OuterRef("ticket"), account__has_webhooks=True).order_by()
)


def is_hooked(ticket: Ticket) -> bool:
    """Tell whether the ticket's account has endpoints; asked once where nobody knew."""
    known = ticket.__dict__.get("is_hooked")
    if known is None:
        rows = Account.objects.filter(pk=ticket.account_id, has_webhooks=True)
        known = ticket.__dict__["is_hooked"] = rows.exists()
    return bool(known)


def tell_registered(ticket: Ticket, *, at: datetime) -> None:
    """Tell that a ticket is there.

    Clause: V-8.1.4, S-12.
    """
    if is_hooked(ticket):
        data = {"channel": ticket.channel, "severity": ticket.severity.key}
        key = f"ticket:{ticket.pk}:registered"
        announce([_news(ticket, "ticket.registered", key, ticket.registered_at, data)], at=at)


def tell_event(event: Event) -> None:
    """Tell what happened to a locked ticket, where that is told at all.

    Clause: S-12.
    """
    ticket, kind = event.ticket, Kind(event.kind)
    answered_closed = kind == Kind.REOPENED and "message" in event.facts
    told = "ticket.client_replied" if answered_closed else TOLD.get(kind, "")
    if not told or not is_hooked(ticket):
        return
    data: dict[str, Any] = {}
    if told == "ticket.severity_changed":
        data = {"from": event.facts["from"], "to": event.facts["to"]}
    announce([_news(ticket, told, f"event:{event.pk}", event.at, data)], at=event.recorded_at)


def tell_status(ticket: Ticket, *, before: str, at: datetime) -> None:
    """Tell that a ticket has another status than before.

    Clause: S-8, S-12.
    """
    if ticket.status != before and is_hooked(ticket):
        now = str(ticket.status)
        key = f"ticket:{ticket.pk}:{before}-{now}:{_instant(ticket.latest_at)}"
        data = {"from": before, "to": now}
        announce([_news(ticket, "ticket.status_changed", key, ticket.latest_at, data)], at=at)


def tell_met(ticket: Ticket, rows: Sequence[Deadline], *, at: datetime) -> None:
    """Tell of deadlines that were kept.

    Clause: S-8, S-12.
    """
    if rows and is_hooked(ticket):
        announce([_of_deadline(row, "met", row.settled_at or at, ticket) for row in rows], at=at)


def tell_deadlines(pks: Sequence[int], what: str, *, at: datetime) -> None:
    """Tell that deadlines were missed, or come near, of accounts that have endpoints.

    ``what`` is how it ends: “missed” or “approaching”. Read as they are on record now.

    Clause: V-9.1, S-12.
    """
    if pks:
        rows = Deadline.objects.filter(pk__in=pks).select_related("ticket").order_by("pk")
        announce(
            [
                _of_deadline(row, what, (row.warn_at if what != "missed" else row.due_at) or at)
                for row in rows
            ],
            at=at,
        )


def _of_deadline(row: Deadline, what: str, fact_at: datetime, ticket: Ticket | None = None) -> News:
    due = _instant(row.due_at) if row.due_at else None
    data = {"deadline": row.kind, "due_at": due}
    key = f"deadline:{row.pk}:{what}:{_instant(fact_at)}"
    return _news(ticket or row.ticket, f"deadline.{what}", key, fact_at, data)


def _news(ticket: Ticket, told: str, key: str, fact_at: datetime, data: dict[str, Any]) -> News:
    named = {
        "ticket": ticket.pk,
        "number": ticket.number,
        "url": f"{settings.BASE_URL}/api/v1/tickets/{ticket.pk}",
    }
    return News(ticket.account_id, told, key, fact_at, {**named, **data})


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
