"""How many tickets are in each view: no further than people care, and all in one statement."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

CAP = 1000


@dataclass(frozen=True, slots=True)
class Counted:
    """Rows to count, up to the cap; or what they are of, each once.

    ``each``: the column that says what they are of; at most ``most_each`` rows are of the same, so
    that so many times the cap is enough to read. Those are read in the order
    that they have, which an index of theirs gives.
    """

    rows: QuerySet
    each: str = ""
    most_each: int = 1

    def compiled(self) -> tuple[str, list[Any]]:
        """Return the count as a subselect with its figures."""
        most = CAP * self.most_each
        rows = self.rows if self.each else self.rows.order_by()
        rows = rows.values(self.each or "pk")[:most]
        try:
            sql, params = rows.query.sql_with_params()
        except EmptyResultSet:
            return "(SELECT 0)", []
        count = f"CASE COUNT(*) WHEN {most} THEN {CAP} ELSE COUNT(DISTINCT counted.of_it) END"
        if not self.each:
            count = "COUNT(*)"
        selected = f"WITH counted (of_it) AS ({sql}) SELECT {count} FROM counted"  # noqa: S608
        return f"({selected})", list(params)


def counts_of(counted: Iterable[Counted]) -> list[int]:
    """Return how many there are of each, up to the cap, in one statement."""
    compiled = [each.compiled() for each in counted]
    if not compiled:
        return []
    sql = "SELECT " + ", ".join(sql for sql, _ in compiled)
    with connection.cursor() as cursor:
        cursor.execute(sql, [figure for _, figures in compiled for figure in figures])
        return list(cursor.fetchone())


def shown(count: int) -> str:
    """Return a capped count as people read it."""
    return f"{CAP - 1}+" if count >= CAP else str(count)
