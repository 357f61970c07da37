"""The API tokens of the orders whose users a reader may manage, and as whom one is made.

Clause: V-3.5.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.contracts.models import ApiToken, ApiTokenQuerySet, AuthorisedUser
from apps.portal.queries.people import managed_orders
from apps.portal.queries.seats import Seat

SHOWN = 25  # tokens on a page of those that are over; of the others an account has fewer
OFFERED = 100  # people as whom one is made; others are named by the address of their page
WORDS: Mapping[str, Promise] = {
    "standing:read": _("Read the account's standing and what it may do"),
    "tickets:read": _("Read tickets and requests for services"),
    "tickets:write": _("Open tickets, reply, confirm closure, dispute and escalate"),
    "services:write": _("Ask to have services added, changed and removed"),
    "billing:read": _("Read invoices and charges"),
    "notices:read": _("Read notices of maintenance and incidents"),
}


@dataclass(frozen=True, slots=True)
class Listed:
    """A token, what it is good for in words, who made it ("": one of ours), and how it stands."""

    token: ApiToken
    scopes: Sequence[Promise]
    made_by: str
    state: Promise
    tone: str
    since: datetime | None


def tokens_of(seat: Seat, *, over: bool, after: int, at: datetime) -> tuple[Sequence[Listed], int]:
    """Return a page of tokens, the newest first, and after which the next one begins; 0: the last.

    Clause: V-3.5.
    """
    rows = _rows(seat)
    rows = rows.over(at=at) if over else rows.usable(at=at)
    if after:
        rows = rows.filter(pk__lt=after)
    found = list(rows.order_by("-pk")[: SHOWN + 1])
    shown = [_listed(row, at) for row in found[:SHOWN]]
    return shown, found[SHOWN - 1].pk if len(found) > SHOWN else 0


def token_of(seat: Seat, key: int, *, at: datetime) -> Listed | None:
    """Return a token of theirs; None: there is none.

    Clause: V-3.5.
    """
    row = _rows(seat).filter(pk=key).first()
    return _listed(row, at) if row else None


def offered(seat: Seat, *, wanted: int = 0) -> list[AuthorisedUser]:
    """Return as whom a reader may make a token: themselves first, then by name; and who is wanted.

    Clause: V-3.5.
    """
    orders = managed_orders(seat)
    rows = AuthorisedUser.objects.filter(order__in=orders, is_active=True)
    found = list(rows.select_related("order").order_by("name", "pk")[:OFFERED])
    own = [person for person in seat.people.values() if person.may_manage_users]
    more = list(rows.select_related("order").filter(pk=wanted)) if wanted else []
    return list({person.pk: person for person in [*own, *more, *found]}.values())


def _rows(seat: Seat) -> ApiTokenQuerySet:
    theirs = ApiToken.objects.filter(account=seat.account, person__order__in=managed_orders(seat))
    rows: ApiTokenQuerySet = theirs.select_related("account", "person__order", "made_by")
    return rows.with_left()


def _listed(row: ApiToken, at: datetime) -> Listed:
    by = row.made_by
    made_by = str(by) if by is not None and not by.is_staff else ""
    return Listed(row, [WORDS[scope] for scope in row.scopes], made_by, *_state(row, at))


def _state(row: ApiToken, at: datetime) -> tuple[Promise, str, datetime | None]:
    if row.ended_at is not None:
        return _("Ended"), "", row.ended_at
    if row.expires_at is not None and row.expires_at <= at:
        return _("Run out"), "", row.expires_at
    if row.is_left:
        return _("Its person has ended"), "", None
    return _("In use") if row.last_used_at else _("Not used yet"), "good", row.last_used_at
