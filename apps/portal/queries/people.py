"""The people of the orders whose users a reader may manage, and what was last changed of them.

Clause: V-3.5.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.contracts.models import RIGHTS, AuthorisedUser, Order, User
from apps.contracts.services.invitations import LASTS
from apps.portal.queries.seats import Seat

SHOWN = 25  # people on a page
CHANGES = 10  # of a person, the latest
WORDS: Mapping[str, Promise] = {
    "may_open": _("opens tickets"),
    "may_escalate": _("escalates"),
    "may_confirm_closure": _("confirms closure"),
    "may_see_invoices": _("sees invoices"),
    "may_manage_users": _("manages users"),
    "sees_all_tickets": _("sees all tickets"),
}
ONLY_OWN = _("sees only their own tickets")


@dataclass(frozen=True, slots=True)
class Change:
    """What was changed, when and why. ``by`` "": one of ours, whose reasons stay with us."""

    at: datetime
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A person, what they may do in words, and how far they are: ``state`` with its tone."""

    person: AuthorisedUser
    rights: Sequence[Promise]
    state: Promise
    tone: str
    since: datetime | None
    last: Change | None


def managed_orders(seat: Seat) -> list[Order]:
    """Return the orders of a seat whose users its person may manage, the newest first.

    Clause: V-3.5.
    """
    return [person.order for person in seat.people.values() if person.may_manage_users]


def people_of(seat: Seat, *, ended: bool, after: int, at: datetime) -> tuple[Sequence[Listed], int]:
    """Return a page of the people whom a reader may manage, by name, and where it goes on.

    ``after`` is what the page before gave; 0: the first page. It goes on at 0: this was the last.

    Clause: V-3.5.
    """
    orders = managed_orders(seat)
    rows = AuthorisedUser.objects.filter(order__in=orders, is_active=not ended)
    last = rows.filter(pk=after).values_list("name", "pk").first() if after else None
    if last:
        rows = rows.filter(Q(name__gt=last[0]) | Q(name=last[0], pk__gt=last[1]))
    found = list(_with_last(rows).order_by("name", "pk")[: SHOWN + 1])
    by = User.objects.in_bulk({row.last_by for row in found if row.last_by})
    shown = [_listed(row, by, at) for row in found[:SHOWN]]
    return shown, found[SHOWN - 1].pk if len(found) > SHOWN else 0


def listed(person: AuthorisedUser, *, at: datetime) -> Listed:
    """Return how a person stands, without what was last changed.

    Clause: V-3.5.
    """
    return _listed(person, {}, at)


def changes_of(person: AuthorisedUser) -> list[Change]:
    """Return what was changed of a person, the latest first.

    Clause: V-3.5.
    """
    rows = person.history.select_related("history_user").order_by("-history_id")[:CHANGES]
    return [_change(row.history_date, row.history_user, row.history_change_reason) for row in rows]


def _with_last(rows: QuerySet[AuthorisedUser]) -> QuerySet[Any]:
    latest = AuthorisedUser.history.filter(id=OuterRef("pk")).order_by("-history_id")
    return rows.select_related("order").annotate(
        last_at=Subquery(latest.values("history_date")[:1]),
        last_by=Subquery(latest.values("history_user")[:1]),
    )


def _listed(row: Any, by: Mapping[int, User], at: datetime) -> Listed:
    rights = [WORDS[right] for right in RIGHTS if right in row.rights]
    if not row.sees_all_tickets:
        rights.append(ONLY_OWN)
    last_at = getattr(row, "last_at", None)
    last = _change(last_at, by.get(row.last_by), "") if last_at else None
    return Listed(row, rights, *_state(row, at), last)


def _state(person: AuthorisedUser, at: datetime) -> tuple[Promise, str, datetime | None]:
    if not person.is_active:
        return _("Ended"), "", None
    if person.is_joined:
        return _("Joined"), "good", person.joined_at
    invited_at, joined_at = person.invited_at, person.joined_at
    if invited_at is None or (joined_at is not None and joined_at >= invited_at):
        return _("Not invited"), "warn", None
    if at - invited_at > LASTS:
        return _("Invitation over"), "warn", invited_at
    return _("Invited"), "warn", invited_at


def _change(at: datetime, by: User | None, why: str | None) -> Change:
    is_theirs = by is not None and not by.is_staff
    return Change(at, str(by) if is_theirs else "", (why or "") if is_theirs else "")
