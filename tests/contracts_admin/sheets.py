"""Files as somebody sends them, and what their import says."""

import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from openpyxl import Workbook

from apps.contracts.models import Order, Service, User
from apps.contracts.services.sheets import import_sheet, preview_sheet
from apps.contracts.sheets.plan import Plan
from apps.contracts.sheets.read import read_sheet
from apps.contracts.sheets.resources import SheetResource
from apps.contracts.sheets.sheet import Sheet
from tests.factories import MORNING, make_order


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


def make_filled_order(**facts: Any) -> Order:
    """Create an order that fills every column of a sheet; it lists two services."""
    order = make_order(ends_on=date(2026, 12, 31), **facts)
    order.fee_amount, order.fee_period = Decimal("1250.50"), Order.Period.QUARTER
    order.time_zone, order.tam_minutes_per_month = "Pacific/Auckland", 90
    order.tam_calendar = order.version.calendars.order_by("pk")[0]
    order.needs_second_factor = True
    order.save()
    order.services.set(
        Service.objects.get_or_create(key=key, defaults={"title": title})[0]
        for key, title in [("trunks", "SIP trunks"), ("fax", "Fax")]
    )
    return order
