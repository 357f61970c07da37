"""The maintenance windows that something of an account lies in, as the account was told them.

Clause: S-11.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import Q, QuerySet

from apps.changes.models import Maintenance, MaintenanceNotice
from apps.tickets.models import Ticket

MOST = 20  # windows of one account at one instant
SHORTEST = 4  # characters of a name that is looked for in a sentence


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

    They are about the ticket's service, or an object that its subject names; of a ticket without a
    service, whatever touches its account.

    Clause: S-11.
    """
    service = ticket.service.key if ticket.service else ""
    found = rows_of(ticket).order_by("update__starts_at", "pk")[:MOST]
    return [row for row in found if touches(row, service=service, words=ticket.subject)]


def rows_of(ticket: Ticket) -> QuerySet[MaintenanceNotice]:
    """Return the windows of a ticket's account that it lies in, whatever they touch."""
    at = ticket.registered_at
    lies_in = Q(update__starts_at__lte=at, update__ends_at__gt=at)
    if ticket.status != Ticket.State.CLOSED:
        lies_in |= Q(update__state=Maintenance.State.IN_PROGRESS)
    told = told_to(ticket.account_id).exclude(update__state=Maintenance.State.CANCELLED)
    return told.filter(lies_in)


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
    return bool(named & wanted) or any(
        name in words.lower() for name in named if len(name) >= SHORTEST
    )


def coming_to(account_id: int, *, at: datetime, most: int) -> Sequence[MaintenanceNotice]:
    """Return the next windows of an account that are not over, the first ones first.

    Clause: S-11.
    """
    state = Maintenance.State
    rows = told_to(account_id).exclude(update__state__in=[state.CANCELLED, state.DONE])
    return list(rows.filter(update__ends_at__gt=at).order_by("update__starts_at", "pk")[:most])
