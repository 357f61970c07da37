"""What a report is: its columns, where its rows come from, and what the ledger says of it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from apps.billing.queries.reports.ledger import Booked


class Kind(StrEnum):
    """What stands in a column, and so how it is written.

    TEXT is what people wrote: a cell of it that a spreadsheet would run is made harmless. CODE is
    our own vocabulary, of which no word runs. MONEY has a point and two decimals.
    """

    TEXT = "text"
    CODE = "code"
    DATE = "date"
    INSTANT = "instant"
    MONEY = "money"
    PERCENT = "percent"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Column:
    """``name`` heads the files and does not change; ``title`` heads the page.

    ``sql`` is its expression; empty where the report's rows are read another way. What is
    ``summed`` has a total for each currency.
    """

    name: str
    kind: Kind
    sql: str = ""
    title: str = ""
    summed: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def heading(self) -> str:
        return self.title or self.name.replace("_", " ").capitalize()

    @property
    def is_number(self) -> bool:
        return self.kind in (Kind.MONEY, Kind.PERCENT, Kind.WHOLE)


@dataclass(frozen=True, slots=True)
class Asked:
    """A period of days, both included, and what it is narrowed by. ``as_of`` is its last day."""

    since: date
    until: date
    account_id: int | None = None
    currency: str = ""

    @property
    def as_of(self) -> date:
        return self.until


@dataclass(frozen=True, slots=True)
class Report:
    """One report. ``source`` is what follows FROM, with ``[[account x]]`` and ``[[currency x]]``
    where it is narrowed, and ``[[day x.at zone]]`` where an instant belongs to a day; ``rows``
    reads it another way where SQL cannot.

    ``control`` are the columns whose sum the ledger knows as ``booked``; none: the ledger knows no
    such figure. ``as_of`` reports look at one day instead of a period. ``profile`` is the
    accounting program whose import takes it, with documents of the kinds ``documents``.
    """

    key: str
    title: str
    about: str
    columns: Sequence[Column]
    group: str = "Money"
    source: str = ""
    order: str = ""
    grouped_by: str = ""
    rows: Callable[[Asked], Iterable[Sequence[Any]]] | None = None
    control: Sequence[str] = ()
    booked: Booked | None = None
    as_of: bool = False
    one_account: bool = False
    profile: str = ""
    documents: Sequence[str] = ()
    icon: str = "table"

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    @property
    def summed(self) -> list[str]:
        return [column.name for column in self.columns if column.summed]

    @property
    def currency(self) -> str:
        """The name of the column that says the currency; empty: there are no amounts."""
        return next((name for name in self.names if name.lower() == "currency"), "")
