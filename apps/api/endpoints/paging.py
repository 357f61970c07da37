"""Pages of a long list: each begins after a row, and costs the same wherever it lies."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any

from django.db.models import QuerySet
from ninja import Query

from apps.api.door import Problem
from apps.api.door.words import PLACE_IN_A_LIST
from apps.tickets.queries import row_keys
from apps.tickets.queries.row_order import RowOrder

MOST = 100
BIGGEST = 2**63 - 1
After = Annotated[
    int | None,
    Query(ge=0, le=BIGGEST, description="`next` of the page before; none: the first page."),
]
AfterPlace = Annotated[
    str | None,
    Query(
        max_length=60,
        pattern=PLACE_IN_A_LIST,
        description="`next` of the page before; none: the first page.",
    ),
]
Limit = Annotated[int, Query(ge=1, le=MOST, description="Rows on a page.")]


def page_of(
    rows: QuerySet, *, after: int | None, limit: int, newest_first: bool = False
) -> dict[str, Any]:
    """Return a page of rows by their keys, and what the next one begins after; None: the last."""
    if after is not None:
        rows = rows.filter(**{"pk__lt" if newest_first else "pk__gt": after})
    found = list(rows.order_by("-pk" if newest_first else "pk")[: limit + 1])
    shown = found[:limit]
    more = len(found) > limit
    return {"items": shown, "next": str(shown[-1].pk) if more else None}


def page_by(
    rows: QuerySet, by: str, kind: type, *, after: str | None, limit: int
) -> dict[str, Any]:
    """Return a page of rows by a column of theirs, the latest first, and then by their keys.

    :raises Problem: ``after`` is no place in the list.
    """
    key = place_in(after, (kind, int))
    order = RowOrder([by, "pk"], is_newest_first=True)
    found = list(order.beyond(rows, key=key, is_back=False, limit=limit + 1))
    shown = found[:limit]
    last = shown[-1] if len(found) > limit else None
    return {
        "items": shown,
        "next": row_keys.written((getattr(last, by), last.pk)) if last else None,
    }


def place_in(after: str | None, kinds: Sequence[type]) -> tuple[Any, ...] | None:
    """Return where a page begins; None: at the first row.

    :raises Problem: it is no place in the list.
    """
    if after is None:
        return None
    place = row_keys.read(after, kinds)
    if place is None:
        raise no_such_page()
    return place


def no_such_page() -> Problem:
    """Return what is said of a page that begins nowhere in the list."""
    return Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "no-such-page",
        "“after” is what “next” of a page was, unchanged. Leave it out for the first page.",
    )
