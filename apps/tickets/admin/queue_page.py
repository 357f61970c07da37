"""A page of the queue: some rows of one list from a key on, and the keys of the pages beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import QueryDict

from apps.contracts.models import User
from apps.tickets.admin.queue_rows import with_shown
from apps.tickets.admin.queue_views import Asked, View
from apps.tickets.models import Ticket
from apps.tickets.queries import row_keys
from apps.tickets.queries.row_order import first_of

AFTER, BEFORE = "after", "before"


@dataclass(frozen=True, slots=True)
class Page:
    """Tickets in their order. ``previous`` and ``next``: what the address says; empty: no more."""

    tickets: Sequence[Ticket]
    previous: str = ""
    next: str = ""
    is_first: bool = True


def page_of(
    view: View, tickets: QuerySet[Ticket], *, me: User, asked: QueryDict, size: int
) -> Page:
    """Return the page that an address asks for; the first one, where what it says makes no sense.

    ``tickets``: what filters leave. A page far down costs what the first one costs.
    """
    for side in (AFTER, BEFORE):
        key = row_keys.read(asked.get(side, ""), view.way.kinds)
        if key is None:
            continue
        is_back = side == BEFORE
        found = _read(view, tickets, me=me, key=key, is_back=is_back, size=size)
        if is_back and len(found) > size:
            return _page(view, found[1:], has_previous=True, has_next=True)
        if found and not is_back:
            return _page(view, found[:size], has_previous=True, has_next=len(found) > size)
        # Nothing is left there, or less than a page before it: that is where the list begins.
        break
    found = _read(view, tickets, me=me, key=None, is_back=False, size=size)
    return _page(view, found[:size], has_previous=False, has_next=len(found) > size)


def _read(
    view: View,
    tickets: QuerySet[Ticket],
    *,
    me: User,
    key: tuple | None,
    is_back: bool,
    size: int,
) -> list[Ticket]:
    """Return a page's tickets and one more, if there is one, in the order of the list."""
    limit = size + 1
    asked = Asked(tickets.order_by(), me, limit, key=key, is_back=is_back)
    keys = first_of(view.lists(asked), view.way.order, key=key, is_back=is_back, limit=limit)
    if keys is None:
        return []
    found = list(with_shown(Ticket.objects.filter(pk__in=keys).order_by()))
    return sorted(found, key=view.way.key_of, reverse=view.way.order.is_newest_first)


def _page(view: View, tickets: Sequence[Ticket], *, has_previous: bool, has_next: bool) -> Page:
    ends = [f"{row_keys.written(view.way.key_of(row))}" for row in (*tickets[:1], *tickets[-1:])]
    return Page(
        tickets=tickets,
        previous=f"{BEFORE}={ends[0]}" if has_previous and ends else "",
        next=f"{AFTER}={ends[-1]}" if has_next and ends else "",
        is_first=not has_previous,
    )
