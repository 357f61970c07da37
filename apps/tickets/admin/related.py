"""What a ticket's page shows of disputes, related tickets and other readers."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from apps.contracts.models import AuthorisedUser, Reason, Severity, User
from apps.tickets import services
from apps.tickets.admin.event_words import in_words
from apps.tickets.admin.refusals import in_full
from apps.tickets.models import Dispute, Event, Link, Ticket, Viewer
from apps.tickets.wording import moment

MOST_OFFERED = 500  # people of one order


def related_to(ticket: Ticket) -> dict[str, Any]:
    """Return the context of the panels on disputes and other tickets, in two queries."""
    disputes = list(
        ticket.disputes.select_related("client", "taken_by", "disputed", "wanted", "decided_by")
    )
    links = Link.objects.filter(Q(first=ticket) | Q(second=ticket))
    rows = links.select_related("first", "second").order_by("pk")
    open_one = next((row for row in disputes if row.decision == Dispute.Decision.OPEN), None)
    return {
        "open_dispute": open_one,
        "past_disputes": [row for row in disputes if row is not open_one],
        "linked": [row.second if row.first_id == ticket.pk else row.first for row in rows],
    }


def clients_of(ticket: Ticket) -> Sequence[AuthorisedUser]:
    """Return who may speak for the client under the ticket's order, by name."""
    users = AuthorisedUser.objects.filter(order=ticket.order_id, is_active=True)
    return list(users.order_by("name", "pk")[:MOST_OFFERED])


def dispute_choices(clients: Sequence[AuthorisedUser], reasons: Sequence[Reason]) -> dict[str, Any]:
    """Return who may dispute, and the policy's own reason for an upheld one, if it has one."""
    marked = (reason for reason in reasons if reason.terms.get("upholds_dispute"))
    return {"clients": clients, "upholding": next(marked, None)}


def presence(ticket: Ticket, user: User, *, at: datetime) -> dict[str, Any]:
    """Return who else has the page open, and what changes when that does."""
    viewers = services.others_at(ticket, than=user, at=at)
    return {"viewers": viewers, "mark": _mark(viewers)}


def why_refused(refusal: services.Refused, ticket: Ticket, *, zone: str) -> str:
    """Return a refusal in words; of one by what others did meanwhile, who did what and when."""
    if not isinstance(refusal, services.Overtaken):
        return in_full(refusal, version_id=ticket.version_id)
    rows = Severity.objects.filter(version=ticket.version_id)
    labels: Mapping[str, str] = dict(rows.values_list("key", "label"))
    told = "; ".join(
        f"{in_words(event, labels)} ({_who(event)}, {moment(event.at, zone)})"
        for event in refusal.events
    )
    return (
        f"Nothing was sent yet, because the ticket has moved on since you read it: {told}."
        " Look at it as it is now. If yours still fits, send it again."
    )


def _who(event: Event) -> str:
    if event.by is not None:
        return str(event.by)
    return "the client" if "message" in event.facts else "by itself"


def _mark(viewers: Sequence[Viewer]) -> str:
    parts = [(row.user_id, row.is_writing) for row in viewers]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:8] if parts else ""
