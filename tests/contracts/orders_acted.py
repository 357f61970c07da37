"""What is done to orders in tests, with the facts that a test leaves out."""

from datetime import date, datetime

import pytest

from apps.contracts import services
from apps.contracts.models import Order
from apps.contracts.services import OrderRefused
from tests.factories import MORNING, make_staff

TODAY = date(2026, 3, 4)
OVER = (
    "The last day may not lie before today, 2026-03-04: what was asked for since then was owed. "
    "To stop at once, terminate the order."
)


def execute(order: Order, **facts) -> Order:
    return services.execute_order(
        **{
            "order": order,
            "revision": order.revision,
            "by": make_staff(),
            "at": MORNING,
            "reason": "Signed",
            **facts,
        }
    )


def amend(order: Order, *, revision: int | None = None, **facts) -> Order:
    given = {
        "order": order,
        "revision": order.revision if revision is None else revision,
        "terms": {},
        "dated_on": TODAY,
        "reason": "Upgrade",
        "by": make_staff(),
        "at": MORNING,
    }
    return services.amend_order(**{**given, **facts})


def end(order: Order, ends_on: date, **facts) -> Order:
    given = {"reason": "Notice", "by": make_staff(), "at": MORNING}
    return services.end_order(order=order, ends_on=ends_on, **{**given, **facts})


def sweep(at: datetime) -> int:
    return services.end_expired(at=at)


def terminate(order: Order, **facts) -> Order:
    given = {"reason": "Unpaid", "by": make_staff(), "at": MORNING}
    return services.terminate_order(order=order, **{**given, **facts})


def refusal(act, *args, **facts) -> str:
    with pytest.raises(OrderRefused) as refused:
        act(*args, **facts)
    return str(refused.value)
