"""The further terms of orders in a list: services, fee, zone and TAM; and what empty cells mean."""

from datetime import date
from decimal import Decimal

import pytest

from apps.contracts.models import Account, Order, OrderRevision, Service
from apps.contracts.services.order_revisions import words_of
from apps.contracts.sheets.plan import CHANGED, UNCHANGED
from apps.contracts.sheets.resources import OrderSheet
from tests.contracts_admin.sheets import make_filled_order, preview, problems, taken
from tests.factories import MORNING, make_order, make_policy, make_service, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk():
    return make_staff(name="clerk")


def sheet(*orders: dict[str, str]) -> str:
    return "\n".join([",".join(orders[0]), *(",".join(facts.values()) for facts in orders)])


def cells(order: Order, **changes: str) -> dict[str, str]:
    return OrderSheet().shown(order) | changes


@pytest.mark.clause("V-2-order", "V-4")
def test_a_new_order_comes_in_with_all_its_terms_and_its_history_lists_the_services(clerk):
    there = make_filled_order()
    Account.objects.create(name="Fernwood")

    taken(OrderSheet, sheet(cells(there, account="Fernwood", number="F-1")), by=clerk)

    order = Order.objects.get(number="F-1")
    assert words_of(order) == words_of(there) | {"account": "Fernwood", "number": "F-1"}
    first = order.history.get()
    assert [row.service.key for row in first.services.order_by("service__key")] == [
        "fax",
        "trunks",
    ]
    assert (first.history_user, first.history_date) == (clerk, MORNING)


@pytest.mark.clause("V-2-order")
def test_services_are_named_by_key_or_title_in_any_case_and_order(clerk):
    order = make_filled_order()

    plan = preview(OrderSheet, sheet(cells(order, services="sip TRUNKS;FAX ; trunks")), by=clerk)

    assert ([*plan.problems], len(plan.of(UNCHANGED))) == ([], 1)


@pytest.mark.clause("V-2-order", "V-6.3")
def test_changed_terms_of_an_executed_order_are_one_amendment(clerk):
    order = make_filled_order()
    changes = {"services": "fax", "fee_amount": "900", "tam_minutes_per_month": "120"}

    taken(OrderSheet, sheet(cells(order, **changes)), by=clerk)

    revision = OrderRevision.objects.get(order=order)
    told = {each["field"]: (each["before"], each["after"]) for each in revision.changes}
    assert told == {
        "services": ("Fax, SIP trunks", "Fax"),
        "fee_amount": ("1250.50", "900.00"),
        "tam_minutes_per_month": ("90", "120"),
    }


@pytest.mark.clause("V-2-order")
def test_whether_its_people_need_a_second_factor_is_amended_by_a_list_and_shown_before(clerk):
    order = make_filled_order()

    (change,) = taken(OrderSheet, sheet(cells(order, needs_second_factor="no")), by=clerk).of(
        CHANGED
    )

    order.refresh_from_db()
    (told,) = OrderRevision.objects.get(order=order).changes
    assert change.differences == [("needs_second_factor", "yes", "no")]
    assert (order.needs_second_factor, told["field"], told["before"], told["after"]) == (
        False,
        "needs_second_factor",
        "Yes",
        "No",
    )


@pytest.mark.clause("V-2-order")
def test_an_empty_cell_says_what_it_says_in_an_export_and_the_preview_shows_it(clerk):
    order = make_filled_order()
    columns = OrderSheet.columns().items()
    optional = [name for name, each in columns if not each.required]
    text = sheet(cells(order, **dict.fromkeys(optional, "")))

    plan = taken(OrderSheet, text, by=clerk)

    (changed,) = plan.of(CHANGED)
    order = Order.objects.get()
    assert [name for name, _, new in changed.differences if not new] == optional[:-1]
    # An export says yes or no of it, so an empty cell says nothing and lets nobody in more easily.
    assert (optional[-1], order.needs_second_factor) == ("needs_second_factor", True)
    assert OrderSheet().shown(order) == dict(changed.after)
    assert (order.ends_on, order.fee_amount, order.fee_period, order.time_zone) == (
        None,
        None,
        "",
        "",
    )
    assert (order.services.count(), order.tam_minutes_per_month, order.tam_calendar) == (
        0,
        None,
        None,
    )


@pytest.mark.clause("V-2-order")
def test_a_column_that_is_left_out_stays_as_it_is(clerk):
    order = make_filled_order()
    required = {name: cells(order)[name] for name in OrderSheet.required_columns()}

    plan = preview(OrderSheet, sheet(required), by=clerk)

    assert len(plan.of(UNCHANGED)) == 1


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("services", "pigeons", "there is no service “pigeons”; there is fax, trunks."),
        ("services", ";", "names no service. Leave it empty where everything is covered."),
        ("services", "fax; Telex", "Telex: out of use. Leave it out, or activate it."),
        ("services", "SIP", "“SIP” may be any of {twins}. Write the key."),
        ("fee_amount", "-1", "“-1” is not an amount. Write it as 1250.00."),
        ("fee_amount", "1250.505", "“1250.505” is not an amount. Write it as 1250.00."),
        ("fee_amount", "٣", "“٣” is not an amount. Write it as 1250.00."),
        (
            "fee_amount",
            "99999999999.00",
            "Ensure that there are no more than 12 digits in total.",
        ),
        ("fee_amount", "", "Say how much the fee is, or leave its period empty."),
        ("fee_period", "", "Say for which period the fee is: a month, a quarter or a year."),
        ("fee_period", "week", "“week” is none of MONTH, QUARTER, YEAR."),
        (
            "time_zone",
            "Mars",
            "“Mars” is not a time zone. Use a name such as America/New_York or Europe/Berlin.",
        ),
        ("tam_minutes_per_month", "1.5", "“1.5” is not a whole number. Write it as 90."),
        ("tam_minutes_per_month", "0", "At least a minute; leave it empty for the plan's."),
        ("needs_second_factor", "maybe", "“maybe” is neither yes nor no."),
        ("tam_calendar", "moon", "“moon” is not a calendar of {version}; it has {calendars}."),
    ],
)
def test_a_wrong_cell_is_named_with_its_row_and_column(clerk, column, value, reason):
    order = make_filled_order()
    Service.objects.create(key="telex", title="Telex", is_active=False)
    twins = ", ".join(sorted(make_service(title="SIP").key for _ in range(2)))
    calendars = order.version.calendars.order_by("pk").values_list("key", flat=True)
    known = {"twins": twins, "version": order.version, "calendars": ", ".join(calendars)}
    if value == "pigeons":
        Service.objects.exclude(orders=order).delete()

    found = problems(OrderSheet, sheet(cells(order, **{column: value})), by=clerk)

    assert found == [f"row 2, {column}: {reason.format(**known)}"]


def test_a_service_out_of_use_stays_where_the_order_lists_it(clerk):
    order = make_filled_order()
    Service.objects.update(is_active=False)

    assert problems(OrderSheet, sheet(cells(order, ends_on="2027-12-31")), by=clerk) == []


def test_a_calendar_and_a_plan_of_an_unknown_version_are_not_judged(clerk):
    order = make_filled_order()

    assert problems(OrderSheet, sheet(cells(order, version="x")), by=clerk) == [
        f"row 2, version: “x” is not a published version of {order.version.policy.slug}; it has 1."
    ]


@pytest.mark.clause("V-2-order")
def test_moving_to_another_policy_of_the_same_version_number_is_a_change(clerk):
    order = make_order()
    source = order.version.source.replace("harbour-support", "harbour-other")
    source = source.replace('"Harbour support"', '"Other support"')
    other = make_policy(text=source)

    taken(OrderSheet, sheet(cells(order, policy="harbour-other")), by=clerk)

    order.refresh_from_db()
    assert order.version == other


@pytest.mark.clause("V-1.2", "V-2-order")
@pytest.mark.parametrize(
    ("services", "shared"),
    [
        (("trunks", "fax"), ""),
        (("trunks", "fax; trunks"), "SIP trunks"),
        (("", "fax"), "Fax"),
        (("fax", ""), "Fax"),
        (("", ""), "all services"),
    ],
)
def test_new_orders_may_stand_side_by_side_for_different_services(clerk, services, shared):
    order = make_filled_order()
    Account.objects.create(name="Fernwood")
    of_fern = cells(order, account="Fernwood")
    rows = [of_fern | {"number": f"F-{each}", "services": each} for each in services]
    rows = [row | {"number": f"F-{place}"} for place, row in zip("AB", rows, strict=True)]

    found = problems(OrderSheet, sheet(*rows), by=clerk)

    told = (
        f"row 3: F-B and F-A of Fernwood would both cover {shared} from 2026-01-01 to 2026-12-31. "
        "Change the term or the services of one of them."
    )
    assert found == ([told] if shared else [])


@pytest.mark.clause("V-2-order")
def test_a_service_that_ended_before_is_free_again_though_another_goes_on(clerk):
    order = make_filled_order()
    Account.objects.create(name="Fernwood")
    of_fern = cells(order, account="Fernwood")
    text = sheet(
        of_fern | {"number": "F-A", "services": "fax", "ends_on": ""},
        of_fern | {"number": "F-B", "services": "trunks", "ends_on": "2026-06-30"},
        of_fern | {"number": "F-C", "services": "trunks", "starts_on": "2026-07-01"},
    )

    assert problems(OrderSheet, text, by=clerk) == []


def test_orders_of_many_rows_cost_no_more_statements_for_their_services(
    clerk, django_assert_max_num_queries
):
    order = make_filled_order()
    names = [f"Reseller {serial:03} of many" for serial in range(300)]
    Account.objects.bulk_create(Account(name=name) for name in names)
    rows = [cells(order, account=name, number=f"N-{name[9:12]}") for name in names]

    with django_assert_max_num_queries(80):
        taken(OrderSheet, sheet(*rows), by=clerk)

    assert Order.services.through.objects.count() == 602


@pytest.mark.clause("V-2-order")
def test_a_draft_is_given_a_fee_and_executed_in_one_row(clerk):
    order = make_order(state="DRAFT")
    changes = {"state": "EXECUTED", "fee_amount": "10", "fee_period": "Month"}

    taken(OrderSheet, sheet(cells(order, **changes)), by=clerk)

    order.refresh_from_db()
    assert (order.state, order.fee_amount, order.fee_period, order.ends_on) == (
        "EXECUTED",
        Decimal("10.00"),
        "MONTH",
        None,
    )
    assert order.starts_on == date(2026, 1, 1)
