"""Many orders at once, and orders that no longer fit once the preview is confirmed."""

from dataclasses import replace
from datetime import date

import pytest

from apps.contracts.models import Account, Order
from apps.contracts.services.order_sheets import MOST_CHANGED
from apps.contracts.services.sheets import SheetRefused, import_sheet
from apps.contracts.sheets.resources import OrderSheet
from tests.contracts_admin.sheets import preview, problems, taken
from tests.factories import MORNING, make_order, make_staff

pytestmark = pytest.mark.django_db
HEADER = "account,number,policy,version,plan,state,starts_on,ends_on\n"


def rows(order: Order, numbers: list[str], **changes: str) -> str:
    shown = OrderSheet().shown(order) | changes
    facts = {name: shown[name] for name in HEADER.strip().split(",")}
    return HEADER + "".join(
        ",".join((facts | {"number": each}).values()) + "\n" for each in numbers
    )


@pytest.mark.clause("V-1.2", "V-2-order")
def test_an_order_signed_since_the_preview_that_would_overlap_refuses_the_whole():
    clerk = make_staff()
    order = make_order(ends_on=date(2026, 6, 30))
    text = rows(order, ["ORD-NEW"], starts_on="2026-07-01", ends_on="")
    plan = preview(OrderSheet, text, by=clerk)
    other = make_order(account=order.account, starts_on=date(2026, 9, 1))
    call = {"sheet": plan.sheet, "digest": plan.digest, "by": clerk, "at": MORNING}

    with pytest.raises(SheetRefused) as refused:
        import_sheet(resource=OrderSheet(), **call)

    assert [str(problem) for problem in refused.value.plan.problems] == [
        f"row 2: {other} and ORD-NEW of {order.account} would both cover all services "
        "from 2026-09-01 on. Change the term or the services of one of them."
    ]
    assert not Order.objects.filter(number="ORD-NEW").exists()


@pytest.mark.clause("V-2-order")
def test_more_changed_orders_than_a_request_has_time_for_are_refused_at_the_row():
    clerk = make_staff()
    order = make_order(state="DRAFT")
    facts = {"account": order.account, "version": order.version, "plan": order.plan}
    numbers = [f"N-{number}" for number in range(MOST_CHANGED + 1)]
    Order.objects.bulk_create(
        Order(number=number, starts_on=order.starts_on, **facts) for number in numbers
    )

    found = problems(OrderSheet, rows(order, numbers, ends_on="2027-12-31"), by=clerk)

    assert found == [
        f"row {MOST_CHANGED + 2}: changes more than 1,000 orders together with the rows before it. "
        "Split the file here."
    ]


def test_two_accounts_orders_may_run_at_the_same_time():
    clerk = make_staff()
    order = make_order()
    Account.objects.create(name="Fernwood")

    taken(OrderSheet, rows(order, ["F-1"], account="Fernwood"), by=clerk)

    assert Order.objects.get(number="F-1").account.name == "Fernwood"


def test_a_long_file_name_is_cut_in_the_history():
    clerk = make_staff()
    plan = preview(OrderSheet, rows(make_order(), ["D-1"], state="DRAFT"), by=clerk)
    sheet = replace(plan.sheet, name=f"{'x' * 200}.csv")

    import_sheet(resource=OrderSheet(), sheet=sheet, digest=plan.digest, by=clerk, at=MORNING)

    kept = Order.objects.get(number="D-1").history.get()
    assert kept.history_change_reason == f"Imported from {'x' * 85}…"
