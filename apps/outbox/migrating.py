"""Operations for which Django works its models out once, or not at all, rather than for each.

Between two operations of a migration Django builds all the models anew that are related to what
changed, and here nearly all are related. For tables that are new none of that is needed: they are
made as they are at the end of the group::

    operations = together([migrations.CreateModel(...), migrations.AddField(...), ...])

What comes of it is what the operations make one by one.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import (
    AddConstraint,
    AddField,
    AddIndex,
    AlterModelOptions,
    AlterUniqueTogether,
    CreateModel,
    RunPython,
)
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

MORE = (AddField, AddIndex, AddConstraint, AlterUniqueTogether)


class Making(Operation):
    """Make the tables of new models. Of the operations only CreateModel has to reach the database:
    what the others add to the new models, the models have by then."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = operations

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        state.__dict__.pop("apps", None)  # built anew when it is asked for
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for operation in self._creating():
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for operation in reversed(list(self._creating())):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"Create {sum(1 for _ in self._creating())} models together"

    def _creating(self) -> Iterator[CreateModel]:
        return (each for each in self.operations if isinstance(each, CreateModel))


def together(operations: Sequence[Operation]) -> list[Operation]:
    """Return the operations with each run of those on new models as one."""
    done: list[Operation] = []
    group: list[Operation] = []
    new: set[str] = set()
    for operation in operations:
        if isinstance(operation, CreateModel):
            new.add(operation.name_lower)
        elif not (isinstance(operation, MORE) and _model(operation) in new):
            done += [Making(group)] if group else []
            done.append(operation)
            group, new = [], set()
            continue
        group.append(operation)
    return [*done, Making(group)] if group else done


def _model(operation: Any) -> str:
    return getattr(operation, "model_name_lower", "") or getattr(operation, "name_lower", "")


class Naming(Operation):
    """Change options of models: names, order, permissions. The database knows nothing of them."""

    reduces_to_sql = False
    reversible = True

    def __init__(self, operations: Sequence[AlterModelOptions]) -> None:
        self.operations = operations

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, *args: Any, **kwargs: Any) -> None:
        """Do nothing."""

    def database_backwards(self, *args: Any, **kwargs: Any) -> None:
        """Do nothing."""

    def describe(self) -> str:
        return f"Change options of {len(self.operations)} models"


class Granting(RunPython):
    """Give groups permissions: of models that reads their names alone, and none is built for it."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        self.code(from_state.apps, schema_editor)
