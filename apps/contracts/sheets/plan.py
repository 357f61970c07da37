"""What an import would do: each row new, changed or unchanged, and every row that is wrong."""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import ForeignKey, Model

from apps.contracts.sheets.cells import Depends, Unstated
from apps.contracts.sheets.known import Known
from apps.contracts.sheets.resources import SheetResource
from apps.contracts.sheets.sheet import Problem, Row, Sheet

NEW, CHANGED, UNCHANGED = "new", "changed", "unchanged"


@dataclass(frozen=True, slots=True)
class Change:
    """One row: what is in the database now, as an export shows it, and what would be."""

    row: int
    name: str  # what identifies it
    before: Mapping[str, str]  # empty: there is no such row yet
    after: Mapping[str, str]
    instance: Model

    @property
    def kind(self) -> str:
        if not self.before:
            return NEW
        return UNCHANGED if self.before == self.after else CHANGED

    @property
    def differences(self) -> list[tuple[str, str, str]]:
        """Return (column, old, new) of the cells that differ."""
        return [
            (name, self.before[name], self.after[name])
            for name in self.after
            if self.before[name] != self.after[name]
        ]


@dataclass(frozen=True)
class Plan:
    """The whole of it. With a problem nothing is saved."""

    sheet: Sheet
    changes: Sequence[Change] = ()
    problems: Sequence[Problem] = ()

    def of(self, kind: str) -> list[Change]:
        """Return the rows that are new, changed or unchanged."""
        return [change for change in self.changes if change.kind == kind]

    def instances(self, kind: str) -> list[Any]:
        return [change.instance for change in self.of(kind)]

    @cached_property
    def digest(self) -> str:
        """Two plans have the same digest exactly when they would do, and show, the same."""
        shown = [
            [[each.row, dict(each.before), dict(each.after)] for each in self.changes],
            [str(problem) for problem in self.problems],
        ]
        return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()


def plan_of(*, resource: SheetResource, sheet: Sheet, locked: bool = False) -> Plan:
    """Compare a sheet with the database and return what importing it would do.

    Nothing is written. ``locked`` keeps the rows that it names from changing until the
    transaction ends.
    """
    known = resource.known(sheet.rows, locked=locked)
    problems = [*sheet.problems, *_duplicates(resource, sheet.rows)]
    problems += resource.clashes(sheet.rows, known)
    changes = []
    for row in sheet.rows:
        change = _change(resource, row, known)
        if isinstance(change, Change):
            changes.append(change)
        else:
            problems += change
    return Plan(sheet, changes, sorted(problems, key=lambda each: each.row))


def _duplicates(resource: SheetResource, rows: Sequence[Row]) -> Iterator[Problem]:
    first: dict[tuple[str, ...], int] = {}
    for row in rows:
        key = resource.key_of(row.cells)
        if key in first and all(key):
            names = " and ".join(resource.key)
            reason = f"“{' · '.join(key)}” is in row {first[key]} already."
            yield Problem(row.number, names, reason)
        first.setdefault(key, row.number)


def _change(resource: SheetResource, row: Row, known: Known) -> Change | list[Problem]:
    """Return what a row would do, or everything that is wrong with it."""
    instance: Any = known.there.get(resource.key_of(row.cells))
    before = resource.shown(instance) if instance else {}
    instance = instance or resource._meta.model()
    values, problems = _values(resource, row, known)
    for name, value in values.items():
        resource.columns()[name].put(instance, value)
    if problems:
        read = {resource.columns()[name].field_name for name in values}
        return [*problems, *_faults(resource, row, instance, only=read)]
    after = resource.shown(instance)
    if after != before:
        problems = list(_faults(resource, row, instance))
    name = " · ".join(row.cells[name] for name in resource.key)
    return problems or Change(row.number, name, before, after, instance)


def _values(
    resource: SheetResource, row: Row, known: Known
) -> tuple[dict[str, Any], list[Problem]]:
    values, problems = {}, []
    for name, column in resource.columns().items():
        if name not in row.cells:
            continue
        try:
            value = column.read(row.cells[name], row=row.cells, known=known)
        except ValueError as error:
            problems.append(Problem(row.number, name, str(error)))
        except (Depends, Unstated):
            continue
        else:
            if not column.only_looked_up:
                values[name] = value
    return values, problems


def _faults(
    resource: SheetResource, row: Row, instance: Model, only: Collection[str] | None = None
) -> Iterator[Problem]:
    """Yield what the model's own rules, those of the forms, refuse; of some fields ``only``."""
    columns = {each.field_name: name for name, each in resource.columns().items()}
    # Foreign keys were looked up, and keys compared, for all rows at once; the database's own
    # constraints have the last word when the rows are written.
    exclude = {each.name for each in instance._meta.fields if isinstance(each, ForeignKey)}
    try:
        if only is not None:
            instance.clean_fields(exclude | {each.name for each in instance._meta.fields} - {*only})
        else:
            instance.full_clean(exclude, validate_unique=False, validate_constraints=False)
    except ValidationError as refusal:
        for name, reasons in refusal.message_dict.items():
            column = "" if name == NON_FIELD_ERRORS else columns.get(name, name)
            for reason in reasons:
                yield Problem(row.number, column, reason)
