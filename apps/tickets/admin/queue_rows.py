"""The rows of a page of the queue, as the template shows them: read together, rendered plainly."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils import timezone

from apps.contracts import queries as contracts
from apps.contracts.rules.terms import Terms
from apps.tickets.admin.badges import Badge, badges_of, hours_for
from apps.tickets.admin.queue_views import Way
from apps.tickets.models import Deadline, Ticket
from apps.tickets.wording import moment, sentence

Clock = tuple[str, str, str]  # an instant for machines, in full, and shortly


@dataclass(frozen=True, slots=True)
class Row:
    """One ticket on the page. ``why``: why it stands there, and ``clause``: on what that rests."""

    ticket: Ticket
    url: str
    badges: Sequence[Badge]
    why: str
    clause: str
    registered: Clock
    latest: Clock


def with_shown(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """Read with these tickets what a row shows, and nothing long that it does not."""
    deadlines = Prefetch("deadlines", queryset=Deadline.objects.defer("steps"))
    related = tickets.select_related("account", "severity", "assignee")
    return related.defer("agreed", "entitled").prefetch_related(deadlines)


def rows_of(tickets: Sequence[Ticket], *, way: Way, at: datetime) -> list[Row]:
    """Return the rows of loaded tickets, in the reader's time zone."""
    zone = timezone.get_current_timezone_name()
    hours = hours_for(tickets)
    terms = contracts.terms_of({(ticket.version_id, ticket.plan_id) for ticket in tickets})
    page = reverse("admin:tickets_ticket_change", args=[0])
    return [
        Row(
            ticket=ticket,
            url=page.replace("/0/", f"/{ticket.pk}/"),
            badges=badges_of(ticket, at=at, hours=hours),
            registered=_clock(ticket.registered_at, zone),
            latest=_clock(ticket.latest_at, zone),
            **_why(way, ticket, terms[ticket.version_id, ticket.plan_id], zone),
        )
        for ticket in tickets
    ]


def _why(way: Way, ticket: Ticket, terms: Terms, zone: str) -> Mapping[str, str]:
    step = way.why(ticket, terms)
    if step is None:
        return {"why": "", "clause": ""}
    return {"why": sentence(asdict(step), zone), "clause": step.clause}


def _clock(at: datetime, zone: str) -> Clock:
    local = timezone.localtime(at)
    return at.isoformat(), moment(at, zone), f"{local.day} {local:%b, %H:%M}"
