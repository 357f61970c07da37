"""Incidents that touch an account, as its people see them.

An incident has tickets of several accounts. Only the account's own are read here, and what was
published to it: its copies of the Reason for Outage.

Clause: S-6, V-2-incident, V-3.5.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zlib import crc32

from django.db.models import (
    BooleanField,
    Exists,
    ExpressionWrapper,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.utils.functional import Promise as Text
from django.utils.translation import gettext_lazy as _

from apps.contracts.queries.catalogue import catalogue
from apps.escalation.models import Incident, IncidentTicket, ReportCopy, ReportMoment
from apps.escalation.rules.timeline import Moment, outline
from apps.portal.queries.keyset import MOST, number_in
from apps.portal.queries.outages.reports import Owed, of_incidents, owed_to
from apps.portal.queries.seats import Seat
from apps.portal.queries.tickets.happened import TOLD
from apps.portal.queries.tickets.rows import Row, rows_of
from apps.portal.queries.tickets.turns import UNCLOSED
from apps.tickets.models import Event, Ticket
from apps.tickets.rules.history import Happening, Kind

ON_HOME = 5
ONGOING = 50  # shown together
TICKETS = 50  # of an incident, the latest
EVENTS = 500  # of its tickets, the latest
UNSOLVED = [status for status in UNCLOSED if status != Ticket.State.SOLVED]


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the list. ``copy`` is the latest report of it that the account was sent."""

    incident: Incident
    copy: ReportCopy | None
    began_at: datetime
    restored_at: datetime | None


@dataclass(frozen=True, slots=True)
class Page:
    """The ongoing ones, on the first page alone, and a page of those that are over."""

    ongoing: Sequence[Listed]
    over: Sequence[Listed]
    before: int
    is_first: bool


@dataclass(frozen=True, slots=True)
class Update:
    """Something that the account was told of an incident. ``copy``: by this report."""

    at: datetime
    words: Text | str
    copy: ReportCopy | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """All that a page shows of an incident. ``seen`` names this state of it."""

    incident: Incident
    is_ongoing: bool
    began_at: datetime
    restored_at: datetime | None
    updates: Sequence[Update]
    services: Sequence[str]
    tickets: Sequence[Row]
    has_more: bool
    copies: Sequence[ReportCopy]
    owed: Sequence[Owed]
    seen: str

    @property
    def is_done(self) -> bool:
        """Tell whether nothing comes any more: it is over, and no report is owed."""
        return not self.is_ongoing and not self.owed


def incidents_of(account_id: int) -> QuerySet[Any]:
    """Return the incidents that have a ticket of the account, with how they stand for it.

    One is ongoing while a ticket of the account has no solution, unless a report said since that
    service is back. ``began_at`` is what the report says, else when the first of the tickets came.

    Clause: S-6, V-2-incident.
    """
    own = IncidentTicket.objects.filter(incident=OuterRef("pk"), ticket__account=account_id)
    first = own.order_by().values("incident").annotate(first=Min("ticket__registered_at"))
    copies = ReportCopy.objects.filter(report__incident=OuterRef("pk"), account=account_id)
    latest = copies.order_by("-report__revision")
    unsolved = own.filter(
        Q(ticket__merged_into=None, ticket__status__in=UNSOLVED)
        | Q(ticket__merged_into__status__in=UNSOLVED)
    )
    back = Event.objects.filter(
        Q(kind=Kind.REOPENED) | Q(kind=Kind.JUDGED, facts__justified=True),
        Q(ticket=OuterRef("ticket")) | Q(ticket=OuterRef("ticket__merged_into")),
        at__gt=OuterRef(OuterRef("told_at")),
    )
    anew = unsolved.filter(Q(joined_at__gt=OuterRef("told_at")) | Exists(back))
    rows = Incident.objects.filter(Exists(own)).annotate(
        reported_at=Subquery(first.values("first")),
        told_at=Subquery(latest.values("report__issued_at")[:1]),
        began_at=Subquery(latest.values("report__started_at")[:1]),
        restored_at=Subquery(latest.values("report__restored_at")[:1]),
    )
    is_ongoing = Q(Q(restored_at=None) & Exists(unsolved)) | Q(Exists(anew))
    return rows.annotate(is_ongoing=ExpressionWrapper(is_ongoing, output_field=BooleanField()))


def ongoing_at(seat: Seat) -> Sequence[Listed]:
    """Return the first of the incidents that are ongoing for the account, for the first page.

    Clause: V-2-incident.
    """
    rows = list(_ongoing(seat)[:ON_HOME])
    copies = _latest_copies(rows, seat.account.pk)
    return [_listed(row, copies) for row in rows]


def page_of(seat: Seat, *, before: str) -> Page:
    """Return a page of the list: what is ongoing first, then what is over, the latest first.

    Clause: S-6, V-2-incident.
    """
    last = number_in(before)
    ongoing = [] if last else list(_ongoing(seat)[:ONGOING])
    rows = incidents_of(seat.account.pk).filter(is_ongoing=False).order_by("-pk")
    found = list((rows.filter(pk__lt=last) if last else rows)[: MOST + 1])
    over = found[:MOST]
    copies = _latest_copies([*ongoing, *over], seat.account.pk)
    return Page(
        ongoing=[_listed(row, copies) for row in ongoing],
        over=[_listed(row, copies) for row in over],
        before=over[-1].pk if len(found) > MOST else 0,
        is_first=not last,
    )


def account_of(key: int, *, seats: Sequence[Seat], seat: Seat) -> int | None:
    """Return at which account the person reads an incident: where they are, if it touches that.

    None: it touches none of theirs.

    Clause: V-3.5.
    """
    accounts = [each.account.pk for each in seats]
    rows = IncidentTicket.objects.filter(incident=key, ticket__account__in=accounts).order_by()
    touched = set(rows.values_list("ticket__account", flat=True).distinct())
    here = seat.account.pk
    return here if here in touched else min(touched, default=None)


def incident_at(key: int, *, account_id: int) -> Incident:
    """Return an incident of the account, with ``seen``: what its page changes with."""
    told = Event.objects.filter(
        ticket__account=account_id, ticket__in_incident__incident=OuterRef("pk"), kind__in=TOLD
    )
    copies = ReportCopy.objects.filter(report__incident=OuterRef("pk"), account=account_id)
    own = IncidentTicket.objects.filter(incident=OuterRef("pk"), ticket__account=account_id)
    rows = incidents_of(account_id).annotate(
        told=_last(told, "ticket__in_incident__incident"),
        copied=_last(copies, "report__incident"),
        joined=_last(own, "incident"),
    )
    return rows.get(pk=key)


def seen_of(incident: Incident) -> str:
    """Return what changes when the page of an incident has something new to show."""
    row: Any = incident
    parts = (row.told, row.copied, row.joined, int(row.is_ongoing))
    return ".".join(str(part or 0) for part in (*parts, crc32(row.title.encode())))


def read(incident: Incident, *, seat: Seat, at: datetime, zone: str) -> Read:
    """Return what the page shows. ``zone`` is the reader's.

    Clause: S-6, V-2-incident, V-3.5.
    """
    row: Any = incident
    keys = _readable(incident, seat)
    copies = list(of_incidents([incident.pk], account_id=seat.account.pk))
    services = Ticket.objects.filter(pk__in=keys, service__isnull=False).order_by("service__title")
    return Read(
        incident=incident,
        is_ongoing=row.is_ongoing,
        began_at=_began_at(row),
        restored_at=_restored_at(row),
        updates=list(_updates(copies, keys[:TICKETS])),
        services=list(services.values_list("service__title", flat=True).distinct()),
        tickets=rows_of(keys[:TICKETS], at=at),
        has_more=len(keys) > TICKETS,
        copies=copies,
        owed=owed_to(seat, at=at, zone=zone, tickets=keys) if keys else [],
        seen=seen_of(incident),
    )


def _ongoing(seat: Seat) -> QuerySet[Any]:
    return incidents_of(seat.account.pk).filter(is_ongoing=True).order_by("-pk")


def _listed(incident: Incident, copies: Mapping[int, ReportCopy]) -> Listed:
    copy = copies.get(incident.pk)
    return Listed(incident, copy, _began_at(incident), _restored_at(incident))


def _began_at(row: Any) -> datetime:
    at: datetime = row.began_at or row.reported_at
    return at


def _restored_at(row: Any) -> datetime | None:
    return None if row.is_ongoing else row.restored_at


def _latest_copies(rows: Sequence[Incident], account_id: int) -> Mapping[int, ReportCopy]:
    found: dict[int, ReportCopy] = {}
    if rows:
        for copy in of_incidents([row.pk for row in rows], account_id=account_id):
            found.setdefault(copy.report.incident_id, copy)
    return found


def _last(rows: QuerySet, by: str) -> Subquery:
    return Subquery(rows.order_by().values(by).annotate(last=Max("pk")).values("last"))


def _readable(incident: Incident, seat: Seat) -> list[int]:
    """Return the tickets of the incident that the person may read, a duplicate as its survivor."""
    of_it = Q(in_incident__incident=incident) | Q(duplicates__in_incident__incident=incident)
    rows = seat.tickets().filter(of_it, merged_into=None).order_by("-pk")
    return list(rows.values_list("pk", flat=True).distinct()[: TICKETS + 1])


def _updates(copies: Sequence[ReportCopy], tickets: Sequence[int]) -> list[Update]:
    """Return what the account was told, in order.

    What the latest report tells of the time before it stands for that time: its author put it
    right. What came after it, and all where there is none, is told by the account's own tickets.
    """
    published: list[ReportMoment] = list(copies[0].report.timeline.all()) if copies else []
    told = {(row.at, row.text) for row in published}
    since = copies[0].made_at.replace(second=0, microsecond=0) if published else None
    own = [
        each
        for each in _own_moments(tickets)
        if since is None or (each.at >= since and (each.at, each.text) not in told)
    ]
    found = [Update(row.at, row.text) for row in published]
    found += [Update(each.at, each.text) for each in own]
    found += [Update(copy.made_at, _NAMES[copy.report.kind], copy) for copy in copies]
    return sorted(found, key=lambda update: update.at)


def _own_moments(tickets: Sequence[int]) -> Sequence[Moment]:
    rows = Event.objects.filter(ticket__in=tickets, kind__in=TOLD).select_related("ticket")
    rows = rows.only("kind", "at", "facts", "ticket__version_id").order_by("-pk")
    histories: defaultdict[tuple[int, int], list[Happening]] = defaultdict(list)
    for event in reversed(rows[:EVENTS]):
        of = (event.ticket_id, event.ticket.version_id)
        histories[of].append(Happening(Kind(event.kind), event.at, event.facts))
    if not histories:
        return []
    return outline(
        [
            (history, {row.key: row.label for row in catalogue(version).severities})
            for (_ticket, version), history in histories.items()
        ]
    ).timeline


_NAMES: Mapping[str, Text] = {
    "PRELIMINARY": _("Preliminary Reason for Outage issued"),
    "FINAL": _("Reason for Outage issued"),
}
