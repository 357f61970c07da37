"""Files as somebody sends them, and what their import says."""

import io
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook

from apps.contracts.models import User
from apps.contracts.services.sheets import import_sheet, preview_sheet
from apps.contracts.sheets.plan import Plan
from apps.contracts.sheets.read import read_sheet
from apps.contracts.sheets.resources import SheetResource
from apps.contracts.sheets.sheet import Sheet
from tests.factories import MORNING


def sheet_of(resource: type[SheetResource], data: bytes | str, *, name: str = "a.csv") -> Sheet:
    return read_sheet(
        data=data.encode() if isinstance(data, str) else data,
        name=name,
        columns=list(resource.columns()),
        required=resource.required_columns(),
    )


def preview(resource: type[SheetResource], data: bytes | str, *, by: User) -> Plan:
    sheet = sheet_of(resource, data)
    return preview_sheet(resource=resource(), sheet=sheet, by=by, at=MORNING)


def taken(resource: type[SheetResource], data: bytes | str, *, by: User) -> Plan:
    """Preview the file, and confirm what was shown."""
    plan = preview(resource, data, by=by)
    return import_sheet(
        resource=resource(), sheet=plan.sheet, digest=plan.digest, by=by, at=MORNING
    )


def problems(resource: type[SheetResource], data: bytes | str, *, by: User) -> list[str]:
    return [str(problem) for problem in preview(resource, data, by=by).problems]


def workbook(*rows: Sequence[Any]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    return saved(book)


def saved(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
