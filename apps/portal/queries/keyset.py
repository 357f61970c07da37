"""Pages of a long list that cost the same wherever they lie: each begins after a row."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

MOST = 25  # rows on a page
AFTER = re.compile(r"(\d{4}-\d{2}-\d{2})\.(\d{1,18})", re.ASCII)
NUMBER = re.compile(r"\d{1,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Page:
    """Rows, and where the next page begins; "": this is the last. ``is_first``: none before it."""

    rows: Sequence[Any]
    after: str
    is_first: bool

    @property
    def next_query(self) -> str:
        """What the address of the next page adds; "": there is none."""
        return f"after={self.after}" if self.after else ""


def page_of(
    rows: QuerySet, *, by: str, after: str, newest_first: bool = True, most: int = MOST
) -> Page:
    """Return a page of rows in the order of a date, and of their keys within a day.

    ``after`` is what the page before gave; what is none begins at the first row.
    """
    sign, op = ("-", "lt") if newest_first else ("", "gt")
    last = _read(after)
    if last is not None:
        on, pk = last
        rows = rows.filter(Q(**{f"{by}__{op}": on}) | Q(**{by: on, f"pk__{op}": pk}))
    found = list(rows.order_by(f"{sign}{by}", f"{sign}pk")[: most + 1])
    shown = found[:most]
    more = len(found) > most
    return Page(shown, f"{getattr(shown[-1], by)}.{shown[-1].pk}" if more else "", last is None)


def _read(after: str) -> tuple[date, int] | None:
    found = AFTER.fullmatch(after)
    try:
        return (date.fromisoformat(found[1]), int(found[2])) if found else None
    except ValueError:
        return None


def number_in(text: str) -> int:
    """Return the number that a part of an address says; 0: it says none."""
    return int(text) if NUMBER.fullmatch(text) else 0
