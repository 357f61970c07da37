"""JSON arrays in the database, changed where they lie."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func, JSONField
from django.db.models.sql.compiler import SQLCompiler


class Appended(Func):
    """The array of the first expression, with the JSON value of the second as its last element."""

    arity = 2
    output_field = JSONField()

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, Any]:
        template = "(%(expressions)s)"
        return self.as_sql(compiler, connection, template=template, arg_joiner=" || ", **context)

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, Any]:
        template = "JSON_INSERT(%(expressions)s)"
        joiner = ", '$[#]', "
        return self.as_sql(compiler, connection, template=template, arg_joiner=joiner, **context)
