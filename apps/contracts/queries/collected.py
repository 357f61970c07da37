"""Rows of another query beside each row of one: one trip to the server instead of two."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import JSONField, Subquery
from django.db.models.sql.compiler import SQLCompiler


class Collected(Subquery):
    """The JSON values that a query selects, one a row, as an array in any order."""

    template = "(SELECT COALESCE(JSONB_AGG(value), '[]') FROM (%(subquery)s) AS found(value))"
    output_field = JSONField()

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, Any]:
        array = "SELECT JSON_GROUP_ARRAY(JSON(value)) FROM found"
        template = f"(WITH found(value) AS (%(subquery)s) {array})"
        return self.as_sql(compiler, connection, template=template, **context)
