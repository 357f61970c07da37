"""The maintenance windows that something of an account lies in, as the account was told them.

Clause: S-11.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from functools import cache, partial

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.changes.models import Maintenance, MaintenanceNotice
from apps.changes.rules.naming import is_named_in
from apps.contracts.models import Account
from apps.outbox.compiled import Compiled
from apps.tickets.models import Ticket

MOST = 20  # windows of one account at one instant
OVER = (Maintenance.State.CANCELLED, Maintenance.State.DONE)
# Where rooms above know which objects a ticket is about: (ticket) -> their names.
OBJECTS: list[Callable[[Ticket], Collection[str]]] = []


def told_to(account_id: int) -> QuerySet[MaintenanceNotice]:
    """Return what an account was told last of each maintenance that touches it."""
    rows = MaintenanceNotice.objects.newest().filter(account=account_id)
    return rows.select_related("update__maintenance")


def windows_at(
    *,
    account_id: int,
    at: datetime,
    service: str = "",
    words: str = "",
    objects: Collection[str] = (),
) -> Sequence[MaintenanceNotice]:
    """Return the windows of an account that an instant lies in, for something of it.

    That is named by the key of a ``service``, by ``objects``, or by ``words`` that hold the name of
    an object. Where no service is known, every window of the account may be meant.

    Clause: S-11.
    """
    state = Maintenance.State.CANCELLED
    open_then = told_to(account_id).exclude(update__state=state)
    rows = open_then.filter(update__starts_at__lte=at, update__ends_at__gt=at)
    found = rows.order_by("update__starts_at", "pk")[:MOST]
    return [row for row in found if touches(row, service=service, words=words, objects=objects)]


def windows_of(ticket: Ticket) -> Sequence[MaintenanceNotice]:
    """Return the windows that a ticket lies in: open when it was registered, or being worked in.

    They are about the ticket's service, an object that its subject names as a whole, or one that
    its alerts are about; of a ticket without either, whatever touches its account.

    Clause: S-11.
    """
    service = ticket.service.key if ticket.service else ""
    query = _over if ticket.status == Ticket.State.CLOSED else _still_open
    found = query.objects(account=ticket.account_id, at=ticket.registered_at)
    objects = {name for known in OBJECTS for name in known(ticket)} if found else set()
    return [
        row for row in found if touches(row, service=service, words=ticket.subject, objects=objects)
    ]


def rows_of(ticket: Ticket) -> QuerySet[MaintenanceNotice]:
    """Return the windows of a ticket's account that it lies in, whatever they touch."""
    is_open = ticket.status != Ticket.State.CLOSED
    return _rows(ticket.account_id, ticket.registered_at, is_open=is_open)


def _rows(account: int, at: datetime, *, is_open: bool) -> QuerySet[MaintenanceNotice]:
    lies_in = Q(update__starts_at__lte=at, update__ends_at__gt=at)
    if is_open:
        lies_in |= Q(update__state=Maintenance.State.IN_PROGRESS)
    told = told_to(account).exclude(update__state=Maintenance.State.CANCELLED)
    return told.filter(lies_in)


def _first(account: int, at: datetime, *, is_open: bool) -> QuerySet[MaintenanceNotice]:
    return _rows(account, at, is_open=is_open).order_by("update__starts_at", "pk")[:MOST]


_still_open = Compiled(partial(_first, is_open=True))
_over = Compiled(partial(_first, is_open=False))


def touches(
    notice: MaintenanceNotice, *, service: str, words: str = "", objects: Collection[str] = ()
) -> bool:
    """Tell whether a window is about a service, or an object that is named.

    Clause: S-11.
    """
    named = {name.lower() for name in notice.objects_named}
    if not service and not objects:
        return True
    wanted = {service.lower(), *(name.lower() for name in objects)}
    return bool(named & wanted) or any(is_named_in(name, words) for name in named)


def coming_to(account_id: int, *, at: datetime, most: int) -> Sequence[MaintenanceNotice]:
    """Return the next windows of an account that are not over, the first ones first.

    Clause: S-11.
    """
    return _coming(most).objects(account=account_id, at=at)


@cache
def _coming(most: int) -> Compiled:
    def build(account: int, at: datetime) -> QuerySet[MaintenanceNotice]:
        rows = told_to(account).exclude(update__state__in=OVER)
        return rows.filter(update__ends_at__gt=at).order_by("update__starts_at", "pk")[:most]

    return Compiled(build)


def with_maintenance(accounts: QuerySet[Account]) -> QuerySet[Account]:
    """Read with accounts whether there is maintenance to ask for: of most of them there is none.

    Clause: S-11.
    """
    told = MaintenanceNotice.objects.newest().filter(account=OuterRef("pk"))
    going_on = told.exclude(update__state__in=OVER)
    return accounts.annotate(has_maintenance=Exists(going_on.order_by()))
