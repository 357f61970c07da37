"""Names that people would take for one: they differ only in case, in spaces or in their accents'
encoding. A sheet adds no such second name.
"""

import unicodedata
from collections.abc import Iterator, Sequence

from django.db.models import QuerySet

from apps.contracts.sheets.sheet import Problem, Row

ONLY = "differs only in case or spaces from"


def folded(name: str) -> str:
    """Return what two names share that people would take for one."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def too_alike(rows: Sequence[Row], *, column: str, among: QuerySet) -> Iterator[Problem]:
    """Yield the rows to be added whose name looks like one that is there, or like an earlier row's.

    All names that are there are read, once: only so is every alphabet folded as it is here.
    """
    wanted = {folded(row.cells[column]) for row in rows}
    every = among.order_by("pk").values_list(column, flat=True).iterator()
    there = {folded(name): name for name in every if folded(name) in wanted}
    earlier: dict[str, Row] = {}
    for row in rows:
        name = row.cells[column]
        seen = folded(name)
        first = earlier.setdefault(seen, row).cells[column]
        if seen in there:
            reason = f"“{name}” {ONLY} “{there[seen]}”, which is there. Write it like that."
            yield Problem(row.number, column, reason)
        elif first != name:
            place = f"in row {earlier[seen].number}"
            yield Problem(row.number, column, f"“{name}” {ONLY} “{first}” {place}. Keep one.")
