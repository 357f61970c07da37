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

from django.db.models import Max, Min, OuterRef, QuerySet, Subquery
from django.utils.functional import Promise as Text
from django.utils.translation import gettext_lazy as _

from apps.contracts.queries.catalogue import catalogue
from apps.escalation.models import Incident, IncidentTicket, ReportCopy, ReportMoment
from apps.escalation.rules.timeline import Moment, outline
from apps.portal.queries.keyset import MOST, number_in
from apps.portal.queries.outages.ongoing import members_of, ongoing_of
from apps.portal.queries.outages.reports import Owed, of_incidents, owed_to
from apps.portal.queries.seats import Seat
from apps.portal.queries.tickets.happened import TOLD
from apps.portal.queries.tickets.rows import Row, rows_of
from apps.tickets.models import Event
from apps.tickets.rules.history import Happening, Kind

ON_HOME = 5
ONGOING = 50  # shown together
TICKETS = 50  # of an incident, the latest
EVENTS = 500  # of its tickets, the latest


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the list. ``copy`` is the latest report of it that the account was sent."""

    incident: Incident
    is_ongoing: bool
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
class Stand:
    """An incident as it is for an account. ``seen`` changes when its page has something new."""

    incident: Incident
    is_ongoing: bool
    reported_at: datetime
    seen: str


@dataclass(frozen=True, slots=True)
class Read:
    """All that a page shows of an incident. ``seen`` is as it stands."""

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


def ongoing_at(seat: Seat) -> Sequence[Listed]:
    """Return the first of the incidents that are ongoing for the account, for the first page.

    Clause: V-2-incident.
    """
    account = seat.account.pk
    return _listed(ongoing_of(account)[:ON_HOME], [], account)


def page_of(seat: Seat, *, before: str) -> Page:
    """Return a page of the list: what is ongoing first, then what is over, the latest first.

    Clause: S-6, V-2-incident.
    """
    account, last = seat.account.pk, number_in(before)
    ongoing = ongoing_of(account)
    own = members_of(account).exclude(incident__in=ongoing)
    keys = (own.filter(incident__lt=last) if last else own).values_list("incident", flat=True)
    found = list(keys.distinct().order_by("-incident")[: MOST + 1])
    first, over = [] if last else ongoing[:ONGOING], found[:MOST]
    rows = _listed(first, over, account)
    return Page(
        ongoing=rows[: len(first)],
        over=rows[len(first) :],
        before=over[-1] if len(found) > MOST else 0,
        is_first=not last,
    )


def account_of(key: int, *, seats: Sequence[Seat], seat: Seat) -> int | None:
    """Return at which account the person reads an incident: where they are, if it touches that.

    None: it touches none of theirs.

    Clause: V-3.5.
    """
    accounts = [each.account.pk for each in seats]
    # By the key itself: a number that no key can have finds nothing, and is no error.
    rows = IncidentTicket.objects.filter(incident__pk=key, account__in=accounts).order_by()
    touched = set(rows.values_list("account", flat=True).distinct())
    here = seat.account.pk
    return here if here in touched else min(touched, default=None)


def incident_at(key: int, *, account_id: int) -> Stand:
    """Return an incident of the account, and how it stands for it now."""
    told = Event.objects.filter(
        ticket__in_incident__incident=OuterRef("pk"),
        ticket__in_incident__account=account_id,
        kind__in=TOLD,
    )
    copies = ReportCopy.objects.filter(report__incident=OuterRef("pk"), account=account_id)
    own = members_of(account_id).filter(incident=OuterRef("pk"))
    row: Any = Incident.objects.annotate(
        told=_last(told, "ticket__in_incident__incident"),
        copied=_last(copies, "report__incident"),
        joined=_last(own, "incident"),
        reported_at=_first(own),
    ).get(pk=key)
    is_ongoing = bool(ongoing_of(account_id, of=key))
    parts = (row.told, row.copied, row.joined, int(is_ongoing))
    seen = ".".join(str(part or 0) for part in (*parts, crc32(row.title.encode())))
    return Stand(row, is_ongoing, row.reported_at, seen)


def read(stand: Stand, *, seat: Seat, at: datetime, zone: str) -> Read:
    """Return what the page shows. ``zone`` is the reader's.

    Clause: S-6, V-2-incident, V-3.5.
    """
    incident, account = stand.incident, seat.account.pk
    services = _readable(incident, seat)
    keys = list(services)
    copies = list(of_incidents([incident.pk], account_id=account))
    times = _times(copies[0] if copies else None, stand.reported_at, is_ongoing=stand.is_ongoing)
    return Read(
        incident=incident,
        is_ongoing=stand.is_ongoing,
        began_at=times[0],
        restored_at=times[1],
        updates=list(_updates(copies, keys[:TICKETS])),
        services=sorted({title for title in services.values() if title}),
        tickets=rows_of(keys[:TICKETS], at=at),
        has_more=len(keys) > TICKETS,
        copies=copies,
        owed=owed_to(seat, at=at, zone=zone, tickets=keys) if keys else [],
        seen=stand.seen,
    )


def _listed(ongoing: Sequence[int], over: Sequence[int], account_id: int) -> list[Listed]:
    """Return the rows of some incidents, those that are ongoing first."""
    keys = [*ongoing, *over]
    if not keys:
        return []
    own = members_of(account_id).filter(incident=OuterRef("pk"))
    incidents: dict[int, Any] = Incident.objects.annotate(reported_at=_first(own)).in_bulk(keys)
    copies: dict[int, ReportCopy] = {}
    for copy in of_incidents(keys, account_id=account_id):
        copies.setdefault(copy.report.incident_id, copy)
    return [
        Listed(
            incidents[key],
            is_ongoing,
            copies.get(key),
            *_times(copies.get(key), incidents[key].reported_at, is_ongoing=is_ongoing),
        )
        for key, is_ongoing in [*((key, True) for key in ongoing), *((key, False) for key in over)]
    ]


def _times(
    copy: ReportCopy | None, reported_at: datetime, *, is_ongoing: bool
) -> tuple[datetime, datetime | None]:
    """Return when it began and when service was back, as the latest report says.

    Without one it began when the first of the account's tickets came.
    """
    if copy is None:
        return reported_at, None
    report = copy.report
    return report.started_at or reported_at, None if is_ongoing else report.restored_at


def _first(own: QuerySet) -> Subquery:
    """When the first of the account's tickets came."""
    return Subquery(own.values("incident").annotate(at=Min("ticket__registered_at")).values("at"))


def _last(rows: QuerySet, by: str) -> Subquery:
    return Subquery(rows.order_by().values(by).annotate(last=Max("pk")).values("last"))


def _readable(incident: Incident, seat: Seat) -> dict[int, str | None]:
    """Return the incident's tickets that the person may read, the latest first: key -> service.

    A duplicate is there as its survivor. At most TICKETS and one more.
    """
    own = members_of(seat.account.pk).filter(incident=incident)
    pairs = own.values_list("ticket", "ticket__merged_into")
    keys = {survivor or ticket for ticket, survivor in pairs}
    rows = seat.tickets().filter(pk__in=keys, merged_into=None).order_by("-pk")
    return dict(rows.values_list("pk", "service__title")[: TICKETS + 1])


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
