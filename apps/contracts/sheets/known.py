"""The rows of the database that a sheet names, read in a few queries, locked on request."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from apps.contracts.models import Account, Calendar, Order, Plan, PolicyVersion, Service
from apps.contracts.sheets.sheet import Row

AT_ONCE = 500  # names in one query
Part = TypeVar("Part", Plan, Calendar)


@dataclass(slots=True)
class Known:
    """Natural key to row. ``there`` holds the rows that the sheet may change, by their key."""

    there: dict[tuple[str, ...], Model] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    versions: dict[tuple[str, int], PolicyVersion] = field(default_factory=dict)
    plans: dict[int, dict[str, Plan]] = field(default_factory=dict)
    calendars: dict[int, dict[str, Calendar]] = field(default_factory=dict)
    services: Sequence[Service] = ()


def named(
    queryset: QuerySet, lookup: str, names: Iterable[str], *, locked: bool = False
) -> Iterator[Any]:
    """Yield the rows whose ``lookup`` is one of the names. Locked rows stay as they are."""
    if locked:
        queryset = queryset.select_for_update(of=("self",), no_key=True)
    every = sorted(set(names) - {""})
    for start in range(0, len(every), AT_ONCE):
        yield from queryset.filter(**{f"{lookup}__in": every[start : start + AT_ONCE]})


def column(rows: Sequence[Row], name: str) -> set[str]:
    """Return all values of a column."""
    return {row.cells[name] for row in rows}


def published(*, and_of: Iterable[Order]) -> dict[tuple[str, int], PolicyVersion]:
    """Return the versions that an order may have: published ones, and those of these orders."""
    used = {order.version_id for order in and_of}
    state = Q(state=PolicyVersion.State.PUBLISHED)
    versions = PolicyVersion.objects.filter(state | Q(pk__in=used)).select_related("policy")
    return {(each.policy.slug, each.number): each for each in versions.defer("source")}


def by_version(
    parts: QuerySet[Part], versions: Iterable[PolicyVersion]
) -> dict[int, dict[str, Part]]:
    """Return version -> key -> row, of its plans or its calendars."""
    rows: dict[int, dict[str, Part]] = defaultdict(dict)
    for row in parts.filter(version__in=list(versions)).order_by("pk"):
        rows[row.version_id][row.key] = row
    return rows
