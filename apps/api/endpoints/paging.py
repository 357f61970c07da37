"""Pages of a long list: each begins after a row, and costs the same wherever it lies."""

from typing import Annotated, Any

from django.db.models import QuerySet
from ninja import Query

MOST = 100
BIGGEST = 2**63 - 1
After = Annotated[
    int | None,
    Query(ge=0, le=BIGGEST, description="`next` of the page before; none: the first page."),
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
