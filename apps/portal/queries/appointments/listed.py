"""Which appointments a person may see: those to come, the soonest first; the others, the latest.

Each order, or each person who sees only their own, is a list of its own, read by an index no
further than the page needs; the lists are put together. So a page costs what it shows.

Clause: V-3.5, S-2.1, S-3.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.functional import Promise as Text
from django.utils.translation import gettext_lazy as _

from apps.contracts.models import Appointment, AuthorisedUser
from apps.contracts.rules.appointments import LONGEST
from apps.portal.queries.of_seat import OfSeat
from apps.portal.queries.seats import Seat
from apps.tickets.queries import row_keys
from apps.tickets.queries.row_order import RowOrder, first_of, together

State = Appointment.State
LISTED = 25  # on a page
TO_COME = (State.ASKED, State.CONFIRMED)
SOONEST = RowOrder(["at", "pk"])
LATEST = RowOrder(["at", "pk"], is_newest_first=True)
ON_HOME = ["subject", "state", "starts_at", "ends_at", "order__version__time_zone"]
KINDS = (datetime, int)  # the parts of a place in the list


@dataclass(frozen=True, slots=True)
class Stands:
    """How an appointment stands: in a word, what that means, and its tone."""

    words: Text
    means: Text
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    appointment: Appointment
    stands: Stands


@dataclass(frozen=True, slots=True)
class Page:
    """Appointments in their order; where the next page begins, empty: this is the last."""

    rows: Sequence[Row]
    next: str


WAITS = Stands(_("Waits for us"), _("We confirm or decline it, and you hear by mail."), "warn")
PASSED = Stands(_("Not decided"), _("Its time has come, and we have not decided."), "bad")
COMES = Stands(_("Confirmed"), _("Somebody of ours will be there."), "good")
NOW = Stands(_("Now"), _("It has begun."), "good")
OVER = Stands(_("Over"), _("Its time is over."))
DECLINED = Stands(_("Declined"), _("We could not offer it. Nothing is booked."), "bad")
CANCELLED = Stands(_("Cancelled"), _("It does not take place."))


def appointments_of(seat: Seat, *, at: datetime, is_past: bool, after: str) -> Page:
    """Return a page of the appointments that a person may see.

    ``is_past``: those that are over, declined or cancelled. ``after`` is what the page before gave.

    Clause: V-3.5.
    """
    order = LATEST if is_past else SOONEST
    place = row_keys.read(after, KINDS)
    found = _rows(seat, order, at=at, is_past=is_past, place=place, limit=LISTED + 1)
    shown = found[:LISTED]
    more = len(found) > LISTED
    last = (shown[-1].starts_at, shown[-1].pk) if more else ()
    return Page([Row(row, stands(row, at=at)) for row in shown], row_keys.written(last))


def next_appointments(seat: Seat, *, at: datetime, most: int) -> list[Row]:
    """Return the first appointments that are to come, in one query.

    Clause: V-3.5.
    """
    found = _next(most).objects(seat, at=at, since=at - LONGEST)
    return [Row(row, stands(row, at=at)) for row in found]


def appointment_at(key: int, *, seats: Sequence[Seat]) -> Appointment | None:
    """Return the appointment, if the person may see it at one of their accounts.

    Clause: V-3.5.
    """
    theirs = Q(pk__in=())
    for seat in seats:
        for person in seat.people.values():
            own = Q(order=person.order_id)
            theirs |= own if person.sees_all_tickets else own & Q(requester=person.pk)
    related = ("order__version", "order__plan", "requester", "service", "staff", "fee")
    rows = Appointment.objects.select_related(*related).defer("order__version__source")
    return rows.filter(theirs, pk=key).first()


def stands(row: Appointment, *, at: datetime) -> Stands:
    """Return how an appointment stands at an instant.

    Clause: S-2.1, S-3.
    """
    if row.state == State.ASKED:
        return PASSED if row.starts_at <= at else WAITS
    if row.state == State.CONFIRMED:
        if row.ends_at <= at:
            return OVER
        return NOW if row.starts_at <= at else COMES
    return DECLINED if row.state == State.DECLINED else CANCELLED


def changes_of(row: Appointment, *, most: int) -> list[tuple[Any, str]]:
    """Return the latest changes of an appointment, each with which client made it; "": we did.

    Clause: S-2.1, S-3.
    """
    changes = row.history.select_related("history_user").order_by("-history_date", "-history_id")
    return [(change, _client_of(change, row)) for change in changes[:most]]


def _client_of(change: Any, row: Appointment) -> str:
    user = change.history_user
    if user is not None:
        return "" if user.is_staff else str(user)
    is_asked = change.state == State.ASKED and change.history_type == "+"
    return row.requester.name if is_asked else ""


def may_change(row: Appointment, *, at: datetime) -> bool:
    """Tell whether it can be withdrawn, or asked for at another time.

    Clause: S-2.1, S-3.
    """
    return row.state == State.ASKED or (row.state == State.CONFIRMED and row.starts_at > at)


def _rows(
    seat: Seat, order: RowOrder, *, at: datetime, is_past: bool, place: object, limit: int
) -> list[Appointment]:
    people = seat.people.values()
    lists = list(_lists(people, at=at, since=at - LONGEST, is_past=is_past))
    keys = first_of(lists, order, key=place, is_back=False, limit=limit)
    if keys is None:
        return []
    rows = Appointment.objects.filter(pk__in=keys).select_related(
        "requester", "staff", "fee", "order__version"
    )
    sign = "-" if is_past else ""
    slim = rows.defer("steps", "details", "order__version__source")
    return list(slim.order_by(f"{sign}starts_at", f"{sign}pk"))


@cache
def _next(most: int) -> OfSeat:
    def build(
        people: Sequence[AuthorisedUser], *, at: datetime, since: datetime
    ) -> QuerySet[Appointment]:
        lists = list(_lists(people, at=at, since=since, is_past=False))
        keys = together([first_of(lists, SOONEST, key=None, is_back=False, limit=most)])
        rows = Appointment.objects.filter(pk__in=keys).select_related("order__version")
        return rows.only(*ON_HOME).order_by("starts_at", "pk")

    return OfSeat(build)


def _lists(
    people: Collection[AuthorisedUser], *, at: datetime, since: datetime, is_past: bool
) -> Iterator[QuerySet[Appointment]]:
    """Yield a list for each of the people. ``since`` is LONGEST before ``at``.

    None lasts longer: what began before that is over, and the index says so.
    """
    to_come = Q(state__in=TO_COME, ends_at__gt=at, starts_at__gt=since)
    for person in people:
        rows = Appointment.objects.annotate(at=F("starts_at"))
        own = {"order": person.order_id} if person.sees_all_tickets else {"requester": person.pk}
        yield rows.filter(**own).filter(~to_come if is_past else to_come)
