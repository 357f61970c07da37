"""Rows that the database itself keeps from changing, on SQLite and on PostgreSQL.

Constraints cannot say "not any more", so triggers do. A migration installs them::

    operations = [installing(*TERMS)]

SQLite rebuilds a table to alter it, and loses its triggers (and refuses, where another table's
trigger reads it): a migration that alters a guarded table begins with ``removing(...)`` and ends
with ``installing(...)``. A refused statement raises Django's ``IntegrityError``.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

EVENTS = ("INSERT", "UPDATE", "DELETE")
EMPTIED = "TRUNCATE"  # PostgreSQL's, which walks past what guards the rows
FROZEN = "published terms are frozen: load a new version"
FIXED_HOURS = "published hours are frozen: add a new revision of the calendar"


@dataclass(frozen=True, slots=True)
class Guard:
    """One table, the events that are refused on it, and of which rows.

    ``parent`` is the table whose row decides and ``column`` points to it; both are empty where the
    row decides for itself. ``frozen`` is the condition on the row that decides; TRUE: always.
    ``prefix`` begins the triggers' names: two guards of one table and event have different ones.
    """

    table: str
    events: tuple[str, ...]
    message: str
    frozen: str = "TRUE"
    parent: str = ""
    column: str = "id"
    prefix: str = "frozen"

    def create(self, vendor: str) -> list[str]:
        """Return the statements that set the guard up on this kind of database."""
        return list(self._sqlite() if vendor == "sqlite" else self._postgresql())

    def drop(self, vendor: str) -> list[str]:
        """Return the statements that take the guard away."""
        # On PostgreSQL a trigger goes with the function that it calls.
        pattern = "DROP TRIGGER {}" if vendor == "sqlite" else "DROP FUNCTION {}() CASCADE"
        return [pattern.format(self._name(event)) for event in self._events(vendor)]

    def _events(self, vendor: str) -> list[str]:
        """Return the events that this kind of database has."""
        return [event for event in self.events if vendor != "sqlite" or event != EMPTIED]

    def _name(self, event: str) -> str:
        return f"{self.prefix}_{self.table}_{event.lower()}"

    def _rows(self, event: str) -> tuple[str, ...]:
        """Return the rows that decide: of a move between parents, both ends; of a row, its past."""
        if event == "UPDATE" and self.parent:
            return ("OLD", "NEW")
        return ("NEW",) if event == "INSERT" else ("OLD",)

    def _sqlite(self) -> Iterator[str]:
        for event in self._events("sqlite"):
            conditions = " OR ".join(self._refused(row) for row in self._rows(event))
            yield (
                f"CREATE TRIGGER {self._name(event)} BEFORE {event} ON {self.table} "
                f"WHEN {conditions} BEGIN SELECT RAISE(ABORT, '{self.message}'); END"
            )

    def _postgresql(self) -> Iterator[str]:
        for event in self.events:
            checks = "".join(self._check(row) for row in self._rows(event))
            returned = "OLD" if event == "DELETE" else "NEW"
            each = "STATEMENT" if event == EMPTIED else "ROW"
            yield (
                f"CREATE FUNCTION {self._name(event)}() RETURNS trigger LANGUAGE plpgsql AS "
                f"$guard$ BEGIN {checks} RETURN {returned}; END $guard$"
            )
            yield (
                f"CREATE TRIGGER {self._name(event)} BEFORE {event} ON {self.table} "
                f"FOR EACH {each} EXECUTE FUNCTION {self._name(event)}()"
            )

    def _check(self, row: str) -> str:
        # The lock comes first: a publication that is under way ends before we look, or waits.
        lock = (
            f"PERFORM 1 FROM {self.parent} WHERE id = {row}.{self.column} FOR SHARE; "
            if self.parent
            else ""
        )
        return (
            f"{lock}IF {self._refused(row)} THEN RAISE EXCEPTION '{self.message}' "
            f"USING ERRCODE = 'integrity_constraint_violation'; END IF; "
        )

    def _refused(self, row: str) -> str:
        if not self.parent:
            return f"({self.frozen.format(row=row)})"
        condition = self.frozen.format(row="parent")
        # Every name is one of ours: nothing here comes from outside.
        return (
            f"EXISTS (SELECT 1 FROM {self.parent} AS parent "  # noqa: S608
            f"WHERE parent.id = {row}.{self.column} AND {condition})"
        )


def append_only(table: str) -> Guard:
    """Return the guard of a table whose rows are written once, and never change or go."""
    return Guard(table, ("UPDATE", "DELETE"), f"{table} is a record: add a row, change none")


def frozen_version(table: str) -> Guard:
    """Return the guard of the table of versions: a published one neither changes nor goes."""
    return Guard(table, ("UPDATE", "DELETE"), FROZEN, "{row}.state = 'PUBLISHED'")


def frozen_with_version(table: str) -> Guard:
    """Return the guard of a table of terms: they are fixed once their version is published."""
    published = "{row}.state = 'PUBLISHED'"
    return Guard(table, EVENTS, FROZEN, published, "contracts_policyversion", "version_id")


def frozen_revision(table: str) -> Guard:
    """Return the guard of the table of revisions: a published one neither changes nor goes."""
    return Guard(table, ("UPDATE", "DELETE"), FIXED_HOURS, "{row}.published_at IS NOT NULL")


def frozen_with_revision(table: str) -> Guard:
    """Return the guard of what a calendar's revision holds."""
    published = "{row}.published_at IS NOT NULL"
    return Guard(table, EVENTS, FIXED_HOURS, published, "contracts_calendarrevision", "revision_id")


def never_emptied(table: str) -> Guard:
    """Return the guard of a table that is never emptied as a whole, whatever its rows allow."""
    return Guard(table, (EMPTIED,), f"{table} is never emptied: delete the rows that may go")


def installing(*guards: Guard) -> "Guarding":
    """Return the operation of a migration that sets guards up; reversed, it takes them away."""
    return Guarding(guards, sets_up=True)


def removing(*guards: Guard) -> "Guarding":
    """Return the operation that takes guards away; reversed, it sets them up again."""
    return Guarding(guards, sets_up=False)


class Guarding(Operation):
    """Sets guards up, or takes them away. It needs no models, which take Django long to build."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, guards: tuple[Guard, ...], *, sets_up: bool) -> None:
        self.guards = guards
        self.sets_up = sets_up

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Nothing of the models changes."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        self._run(schema_editor, create=self.sets_up)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        self._run(schema_editor, create=not self.sets_up)

    def describe(self) -> str:
        return f"{'Set up' if self.sets_up else 'Take away'} {len(self.guards)} guards"

    def _run(self, schema_editor: BaseDatabaseSchemaEditor, *, create: bool) -> None:
        vendor = schema_editor.connection.vendor
        for guard in self.guards:
            for statement in guard.create(vendor) if create else guard.drop(vendor):
                schema_editor.execute(statement, None)
