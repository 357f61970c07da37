"""A ticket's page: what its client may read of it, in a bounded number of queries.

Clause: V-3.5, V-8.1.4.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, Max, OuterRef, QuerySet, Subquery

from apps.contracts.queries.catalogue import catalogue
from apps.escalation.models import Escalation, Incident, ReportCopy
from apps.escalation.queries import incident_of
from apps.outbox.compiled import Compiled
from apps.portal.queries.appointments.asked import books_off_hours
from apps.portal.queries.maintenance import Window, windows_about
from apps.portal.queries.seats import Seat, seat_at
from apps.portal.queries.tickets.happened import TOLD, Happened, story_of
from apps.portal.queries.tickets.promises import Promise, promises_of
from apps.portal.queries.tickets.said import Said, said_on
from apps.portal.queries.tickets.turns import Turn, turn_of
from apps.tickets.models import Deadline, Dispute, Event, Ticket
from apps.tickets.rules.history import Happening, Kind

EVENTS = 200  # of the log, the latest
MOST = 5  # disputes and escalations, the latest
RELATED = [
    *("account", "order", "severity", "requester", "category", "service", "closing"),
    *("version", "merged_into"),
]


@dataclass(frozen=True, slots=True)
class Outage:
    """The incident of a ticket, and the account's copies of its Reason for Outage."""

    incident: Incident
    copies: Sequence[ReportCopy]


@dataclass(frozen=True, slots=True)
class Read:
    """All that a page shows of a ticket. ``seen`` names this state of it."""

    ticket: Ticket
    turn: Turn
    said: Sequence[Said]
    has_more: bool
    story: Sequence[Happened]
    promises: Sequence[Promise]
    disputes: Sequence[Dispute]
    escalations: Sequence[Escalation]
    outage: Outage | None
    windows: Sequence[Window]
    seen: str


def ticket_at(key: int, *, seats: Sequence[Seat]) -> Ticket | None:
    """Return a ticket of these seats' accounts that the person may read; None: there is none.

    ``told`` is the key of the latest event that a client is told of.

    Clause: V-3.5.
    """
    found = _ticket.objects(key=key) if key <= BigIntegerField.MAX_BIGINT else []
    if not found:
        return None
    ticket: Ticket = found[0]
    seat = seat_at(seats, ticket.account_id)
    person = seat.people.get(ticket.order_id) if seat else None
    if person is None or not (person.sees_all_tickets or ticket.requester_id == person.pk):
        return None
    return ticket


def seen_of(ticket: Ticket) -> str:
    """Return what changes when the page of a ticket has something new to show.

    Internal events do not move it: when staff write a note is nobody else's business.
    """
    return f"{ticket.told or 0}.{ticket.status}"  # type: ignore[attr-defined]


def news_since(ticket: Ticket, seen: str) -> list[Happened]:
    """Return what happened after a page was made, the latest first, for who cannot see it move."""
    last = seen.partition(".")[0]
    if not (last.isdigit() and last.isascii() and len(last) <= 18):  # noqa: PLR2004 (a row's key)
        return []
    rows = ticket.events.filter(kind__in=list(TOLD), pk__gt=int(last)).order_by("-pk")[:MOST]
    return story_of(list(rows)[::-1], labels_of(ticket))


def labels_of(ticket: Ticket) -> Mapping[str, str]:
    """Return the labels of the severities of the ticket's policy, by their keys."""
    return {row.key: row.label for row in catalogue(ticket.version_id).severities}


def read(ticket: Ticket, *, at: datetime, zone: str, everything: bool) -> Read:
    """Return what the page shows. ``zone`` is the reader's.

    Clause: V-2-response, V-2-resolution, V-3.5, V-8.1.4.
    """
    listed = catalogue(ticket.version_id)
    events = _events(ticket, everything=everything)
    said, has_more = said_on(ticket, events, everything=everything)
    promises = promises_of(
        ticket,
        _deadlines.objects(ticket=ticket.pk),
        history=[Happening(Kind(event.kind), event.at, event.facts) for event in events],
        at=at,
        zone=zone,
        titles={ref: clause.title for ref, clause in listed.clauses.items()},
    )
    return Read(
        ticket=ticket,
        turn=turn_of(ticket),
        said=said,
        has_more=has_more,
        story=story_of(events, labels_of(ticket)),
        promises=list(promises),
        disputes=_disputes.objects(ticket=ticket.pk),
        escalations=_escalations.objects(ticket=ticket.pk),
        outage=_outage(ticket),
        windows=windows_about(ticket),
        seen=seen_of(ticket),
    )


def _whole(key: int) -> QuerySet[Ticket]:
    told = Event.objects.filter(ticket=OuterRef("pk"), kind__in=list(TOLD)).order_by()
    last = Subquery(told.values("ticket").annotate(last=Max("pk")).values("last"))
    rows = Ticket.objects.filter(pk=key).select_related(*RELATED).defer("version__source")
    return rows.annotate(told=last).order_by()


def _told(ticket: int) -> QuerySet[Event]:
    return Event.objects.filter(ticket=ticket, kind__in=list(TOLD)).order_by("-pk")


_ticket = Compiled(_whole)
_every_event, _latest = Compiled(_told), Compiled(lambda ticket: _told(ticket)[: EVENTS + 1])
_deadlines = Compiled(lambda ticket: Deadline.objects.filter(ticket=ticket).order_by())
_disputes = Compiled(
    lambda ticket: Dispute.objects.filter(ticket=ticket).select_related(
        "client", "disputed", "wanted"
    )[:MOST]
)
_escalations = Compiled(
    lambda ticket: (
        Escalation.objects.filter(ticket=ticket)
        .select_related("client", "by", "ground")
        .defer("words", "steps")[:MOST]
    )
)
_copies = Compiled(
    lambda incident, account: (
        ReportCopy.objects.filter(report__incident=incident, account=account)
        .select_related("report")
        .defer("content", "report__summary", "report__root_cause")
        .order_by("-report__revision")
    )
)


def _events(ticket: Ticket, *, everything: bool) -> list[Event]:
    """Return the events that a client is told of, oldest first; the first one is always there."""
    found = (_every_event if everything else _latest).objects(ticket=ticket.pk)
    if not everything and len(found) > EVENTS:
        found[-1] = ticket.events.order_by("pk")[0]
    return found[::-1]


def _outage(ticket: Ticket) -> Outage | None:
    incident = incident_of(ticket)
    if incident is None:
        return None
    return Outage(incident, _copies.objects(incident=incident.pk, account=ticket.account_id))


def with_rights(seat: Seat, ticket: Ticket) -> dict[str, Any]:
    """Return what a person may do with a ticket, where it goes on at all.

    Clause: V-3.4.4, V-3.5, V-7.2, V-9.2.
    """
    goes_on = ticket.merged_into_id is None
    is_open = goes_on and ticket.status != Ticket.State.CLOSED
    is_solved = ticket.status == Ticket.State.SOLVED
    return {
        "may_write": goes_on,
        "may_settle": goes_on and is_solved and seat.may_under("confirm", ticket.order_id),
        "may_dispute": is_open,
        "may_book": is_open
        and seat.may_under("open", ticket.order_id)
        and books_off_hours(ticket.order),
        "may_escalate": goes_on and seat.may_under("escalate", ticket.order_id),
    }
