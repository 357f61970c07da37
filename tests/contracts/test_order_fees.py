"""What an order costs from which day on, as its services write it and as a migration tells it."""

import importlib
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from apps.contracts.models import OrderFee, OrderMark
from tests.rated_made import amended, ny, premium_order

pytestmark = [pytest.mark.django_db, pytest.mark.clause("V-2-order", "V-3.4.6")]
# All that the migration's function asks of a schema editor is its connection.
EDITOR = SimpleNamespace(connection=connection)
told = importlib.import_module("apps.contracts.migrations.0006_rating")


def rows() -> list[tuple]:
    names = ("from_on", "amount", "period", "version", "revision", "at")
    return list(OrderFee.objects.order_by("pk").values_list(*names))


def lived() -> None:
    """Let an order be executed and amended three times, once without a change of its fee."""
    order = premium_order(fee="310.00", starts_on=date(2026, 1, 10))
    day = ny("2026-02-11 10:00")
    amended(order, dated_on=date(2026, 2, 11), at=day, fee_amount=Decimal("620.00"))
    amended(order, dated_on=date(2026, 2, 12), at=ny("2026-02-12 10:00"), time_zone="Asia/Tokyo")
    amended(
        order, dated_on=date(2026, 2, 1), at=ny("2026-02-20 10:00"), fee_amount=None, fee_period=""
    )


def test_an_execution_and_each_amendment_of_the_fee_write_a_row():
    lived()

    assert [(str(row[0]), row[1], row[2], row[4]) for row in rows()] == [
        ("2026-01-10", Decimal("310.00"), "MONTH", 2),
        ("2026-02-11", Decimal("620.00"), "MONTH", 3),
        ("2026-02-01", None, "", 5),
    ]
    assert OrderMark.objects.count() == 4


def test_the_migration_tells_the_same_from_revisions_and_histories():
    lived()
    wanted = rows()
    OrderFee.objects.all().delete()
    OrderMark.objects.all().delete()

    told.tell_fees(apps, EDITOR)

    assert rows() == wanted
    assert OrderMark.objects.count() == 1


def test_the_database_keeps_a_row_as_it_is():
    lived()

    with pytest.raises(IntegrityError), transaction.atomic():
        OrderFee.objects.update(amount=1)
