"""The targets of a policy file as a matrix: one cell for each plan and severity of a row.

Where a cell is changed, its row is split, and no further than it must be.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, product
from typing import Any

Row = Mapping[str, Any]

# What a cell promises. In a row it stands before the clause.
PROMISE = ("within", "calendar", "best_effort")
BASIS = ("clause", "reading")


@dataclass(frozen=True, slots=True)
class Cell:
    """A plan's promise for a severity in the file's row of that number, counted from 0."""

    row: int
    plan: str
    severity: str


def cells_of(targets: Sequence[Row]) -> dict[Cell, Row]:
    """Return each cell with the row that it is in."""
    return {
        Cell(number, plan, severity): row
        for number, row in enumerate(targets)
        for severity, plan in product(row["severities"], row["plans"])
    }


def with_promises(
    targets: Sequence[Row], promises: Mapping[Cell, Row]
) -> list[tuple[dict[str, Any], list[Cell]]]:
    """Return the rows with what some cells promise from now on, and of which cells each is made."""
    rows = []
    for number, row in enumerate(targets):
        cells = list(cells_of(targets[number : number + 1]))
        own = [Cell(number, cell.plan, cell.severity) for cell in cells]
        changed = {cell: promises[cell] for cell in own if cell in promises}
        rows += _split(row, own, changed) if changed else [(dict(row), own)]
    return rows


def _split(
    row: Row, cells: Sequence[Cell], changed: Mapping[Cell, Row]
) -> list[tuple[dict[str, Any], list[Cell]]]:
    """Return rows of cells that promise the same: plans first, then severities with such plans."""
    kept = {name: row[name] for name in PROMISE if name in row}
    found: list[tuple[list[str], list[str], Row, list[Cell]]] = []
    for severity, group in groupby(cells, key=lambda cell: cell.severity):
        for promise, same in _alike(group, changed, kept):
            plans = [cell.plan for cell in same]
            for known_plans, severities, known, members in found:
                if (known_plans, known) == (plans, promise):
                    severities.append(severity)
                    members.extend(same)
                    break
            else:
                found.append((plans, [severity], promise, same))
    return [
        (_row(row, plans=plans, severities=severities, promise=promise), members)
        for plans, severities, promise, members in found
    ]


def _alike(
    cells: Iterable[Cell], changed: Mapping[Cell, Row], kept: Row
) -> list[tuple[Row, list[Cell]]]:
    """Return each promise with the cells that make it."""
    alike: list[tuple[Row, list[Cell]]] = []
    for cell in cells:
        promise = changed.get(cell, kept)
        same = next((members for known, members in alike if known == promise), None)
        if same is None:
            alike.append((promise, [cell]))
        else:
            same.append(cell)
    return alike


def _row(row: Row, *, plans: list[str], severities: list[str], promise: Row) -> dict[str, Any]:
    conditions = {name: row[name] for name in row if name not in (*PROMISE, *BASIS)}
    basis = {name: row[name] for name in BASIS if name in row}
    return {**conditions, "plans": plans, "severities": severities, **promise, **basis}
