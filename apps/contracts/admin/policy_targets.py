"""Targets by form: plan by severity, with hours, minutes, calendar, or a best effort."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.contracts.admin.policy_fields import Input, number, shown
from apps.contracts.admin.policy_sections import Document, Group, Section
from apps.contracts.policy_file.matrix import Cell, cells_of, with_promises
from apps.contracts.policy_file.problems import Problem

KINDS = {"response": "Response", "resolution": "Resolution"}


@dataclass(slots=True)
class CellInputs:
    """The inputs of one cell, and the conditions under which it holds."""

    cell: Cell
    conditions: str
    clause: str
    hours: Input
    minutes: Input
    calendar: Input
    best_effort: Input

    def each(self) -> list[Input]:
        return [self.hours, self.minutes, self.calendar, self.best_effort]

    @property
    def is_changed(self) -> bool:
        return any(each.is_changed for each in self.each())

    def promise(self) -> dict[str, Any]:
        """Return what was typed, as a row of the file says it."""
        if self.best_effort.value:
            return {"best_effort": True}
        typed = {"hours": self.hours.value, "minutes": self.minutes.value}
        within = {name: number(value) for name, value in typed.items() if value}
        calendar = {"calendar": self.calendar.value} if self.calendar.value else {}
        return ({"within": within} if within else {}) | calendar


class Targets(Section):
    """The matrix. A cell that is changed leaves its row of the file; the others stay in it."""

    def build(self) -> Iterator[Group]:
        calendars = [(each["key"], each["title"]) for each in self.document["calendars"]]
        self.cells = {
            cell: _inputs(cell, row, [("", "—"), *calendars])
            for cell, row in cells_of(self.document["targets"]).items()
        }
        for inputs in self.cells.values():
            yield Group("", inputs.clause, inputs.each())

    def changed(self) -> Document:
        return {**self.document, "targets": [row for row, _ in self._rows()]}

    def matrix(self) -> list[tuple[str, list[tuple[str, list[list[CellInputs]]]]]]:
        """Return kind -> severities -> the cells of each plan."""
        targets = self.document["targets"]
        return [
            (
                name,
                [
                    (severity["label"], [self._at(kind, severity, plan) for plan in self._plans])
                    for severity in self.document["severities"]
                ],
            )
            for kind, name in KINDS.items()
            if any(row["kind"] == kind for row in targets)
        ]

    @property
    def _plans(self) -> Sequence[Mapping[str, Any]]:
        return self.document["plans"]

    def _at(
        self, kind: str, severity: Mapping[str, Any], plan: Mapping[str, Any]
    ) -> list[CellInputs]:
        return [
            inputs
            for cell, inputs in self.cells.items()
            if (cell.plan, cell.severity) == (plan["key"], severity["key"])
            and self.document["targets"][cell.row]["kind"] == kind
        ]

    def _rows(self) -> list[tuple[dict[str, Any], list[Cell]]]:
        promises = {
            cell: inputs.promise() for cell, inputs in self.cells.items() if inputs.is_changed
        }
        return with_promises(self.document["targets"], promises)

    def place(self, problems: Sequence[Problem]) -> list[tuple[Problem, str]]:
        """Show each problem at the first changed cell of its row of the changed file."""
        self._members = [members for _, members in self._rows()]
        return super().place(problems)

    def input_key(self, key: str) -> str:
        for place, members in enumerate(self._members, start=1):
            own = f"targets[{place}]"
            if key == own or key.startswith(f"{own}."):
                changed = [cell for cell in members if self.cells[cell].is_changed]
                named = {each.name for each in self.cells[(changed or members)[0]].each()}
                return _nearest(key.removeprefix(own), named)
        return key


def _nearest(rest: str, names: set[str]) -> str:
    """Return the input of a cell that a key of its row means: .within is its hours."""
    wanted = {"": ".hours", ".within": ".hours", ".within.hours": ".hours"}.get(
        rest, f".{rest.rpartition('.')[2]}"
    )
    return next((name for name in names if name.endswith(wanted)), min(names))


def _inputs(cell: Cell, row: Mapping[str, Any], calendars: list[tuple[str, str]]) -> CellInputs:
    path = ("targets", cell.row, cell.plan, cell.severity)
    within = row.get("within", {})
    hours, minutes = (
        Input((*path, unit), unit.capitalize(), "number", shown(within.get(unit)))
        for unit in ("hours", "minutes")
    )
    return CellInputs(
        cell,
        _conditions(row),
        row["clause"],
        hours,
        minutes,
        Input(
            (*path, "calendar"),
            "Hours that count",
            "choice",
            row.get("calendar", ""),
            choices=calendars,
        ),
        Input((*path, "best_effort"), "Best effort", "tick", row.get("best_effort", False)),
    )


def _conditions(row: Mapping[str, Any]) -> str:
    channel = f"by {row['channel'].lower()}" if row.get("channel") else ""
    arrival = f"{row['arrival']} standard hours" if row.get("arrival") else ""
    return ", ".join(filter(None, [channel, arrival]))
