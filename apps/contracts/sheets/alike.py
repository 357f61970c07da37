"""Names that people would take for one: they differ only in case, in spaces, in dashes or in their
accents' encoding. A sheet adds no such second name.
"""

import unicodedata
from collections.abc import Iterator, Sequence

from django.db.models import QuerySet

from apps.contracts.sheets.sheet import Problem, Row

TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
INVISIBLE = "has invisible marks that turn the text round. Type it anew instead of pasting it."
ONLY = "differs only in case, spaces or dashes from"


def folded(name: str) -> str:
    """Return what two names share that people would take for one."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    dashed = ("-" if unicodedata.category(each) == "Pd" else each for each in plain)
    return " ".join("".join(dashed).split())


def alike(name: str, *, column: str, among: QuerySet) -> str:
    """Return the name that is there and that people would take for this one; "": none is."""
    wanted = folded(name)
    every = among.order_by("pk").values_list(column, flat=True).iterator()
    return next((there for there in every if folded(there) == wanted), "")


def turns_text(name: str) -> bool:
    """Say whether a name has marks that turn round the text after it, and are not seen."""
    return any(unicodedata.bidirectional(letter) in TURNING for letter in name)


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
