"""The account's page in the portal: what each order promises, who serves it, what help costs."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from apps.contracts.models import AuthorisedUser, Order
from apps.portal.queries.account.order import orders_of
from apps.portal.queries.seats import seats_of
from tests.account_made import make_rung
from tests.factories import MORNING, make_agreed, make_order, make_preset, make_staff
from tests.portal_made import make_person, signed_in
from tests.tams_made import deliver, hand_over
from tests.tickets.life import WHOLESALE
from tests.time_made import make_hours, make_premium, make_tam

pytestmark = pytest.mark.django_db
FEE = re.compile(r"9,500\.00")


def shown(person, *, at=MORNING, order=""):
    with time_machine.travel(at, tick=False):
        return signed_in(person).get(reverse("portal:account"), {"order": order} if order else {})


def agreed(person, **asked):
    return shown(person, **asked).context["agreed"]


def in_berlin(person):
    person.user.time_zone = "Europe/Berlin"
    person.user.save()
    return person


def words(promises):
    return [(each.time, each.calendar, each.is_agreed) for each in promises]


def told(days):
    return [
        (
            str(each.first),
            str(each.last),
            f"{one.opens:%H:%M} to {one.closes:%H:%M}",
            one.is_over_midnight,
        )
        for each in days
        for one in each.openings
    ]


@pytest.mark.clause("S-5-targets", "S-6", "S-3", "R-1", "V-7.1")
def test_a_wholesale_order_says_how_soon_with_hours_on_both_clocks_and_what_help_costs():
    person = in_berlin(make_person(order=make_order(version=make_preset(slug=WHOLESALE))))

    found = agreed(person)

    assert [(words(each.response), words(each.resolution)) for each in found.promised] == [
        ([("1 h", "Around the clock", False)], [("", "", False)]),
        ([("2 h", "Standard hours", False)], [("", "", False)]),
        ([("4 h", "Standard hours", False)], [("8 h", "Standard hours", False)]),
        ([("8 h", "Standard hours", False)], [("48 h", "Standard hours", False)]),
    ]
    assert [each.report for each in found.promised] == ["24 h", "96 h", "", ""]
    assert found.promised[0].response[0].clauses == [
        ("S-5-targets", "Priorities and their targets"),
        ("R-1", "Which hours a response counts in"),
    ]
    worst = found.promised[0].severity
    assert (worst.label, len(worst.examples), found.off_hours.served) == (
        "Priority 1",
        3,
        ["Priority 1"],
    )
    standard = next(each for each in found.hours if not each.is_always_open)
    assert [told(days) for days in (standard.days, standard.yours)] == [
        [("Monday", "Friday", "08:00 to 20:00", False)],
        [("Monday", "Friday", "14:00 to 02:00", True)],
    ]
    assert (standard.zone, str(standard.holidays[0]), standard.holidays[-1].on) == (
        "America/New_York",
        "2026-05-25 Memorial Day",
        date(2027, 2, 15),
    )
    assert [(each.title, each.says[0], each.clauses[0][0]) for each in found.costs][1:4] == [
        (
            "New install after hours or with priority",
            "125.00 USD an hour, at least 60 min, then by 1 min",
            "S-2.1",
        ),
        ("New versions and standard improvements", "Costs nothing", "S-10"),
        ("Professional services and custom programming", "125.00 USD an hour, by 30 min", "S-13"),
    ]
    assert (found.tam, found.plan_fee, [each for each, _ in found.features]) == (None, None, [])


@pytest.mark.clause("S-2")
@pytest.mark.parametrize(("hour", "is_ahead"), [(4, True), (5, False)])  # midnight in New York
def test_a_holiday_is_ahead_until_its_day_is_over_in_the_calendars_zone(hour, is_ahead):
    person = make_person(order=make_order(version=make_preset(slug=WHOLESALE)))
    at = MORNING.replace(month=1, day=2, hour=hour)

    standard = next(each for each in agreed(person, at=at).hours if each.holidays)

    assert (standard.holidays[0].on == date(2026, 1, 1)) is is_ahead


@pytest.mark.clause("V-4", "V-5", "V-2-order", "V-3.7", "V-6.3", "V-6.6", "R-11")
def test_a_premium_order_says_what_its_plan_has_what_it_agreed_and_what_is_left_of_the_tam():
    order = make_premium(plan="platinum")
    order.time_zone, order.fee_amount, order.fee_period = "Pacific/Auckland", "9500.00", "MONTH"
    order.save()
    make_agreed(order=order, severity="I", hours=4)
    person = make_person(order=order)
    held = make_tam(order=order)
    make_hours(order=order, hours=20, until=MORNING.replace(month=2, day=28, hour=20))
    coming = hand_over(order, make_staff(), date(2026, 3, 20))
    before = agreed(person).tam.coming
    deliver(at=MORNING)

    found = agreed(person)

    assert words(found.promised[0].resolution) == [("4 h", "Around the clock", True)]
    assert [(str(name), promised) for name, promised in found.features] == [
        ("GAP analysis", True),
        ("Proactive monitoring", True),
        ("Support by e-mail", "24/7"),
    ]
    assert (found.language.name, found.language.clauses) == (
        "English",
        [("V-3.7", "Language of service")],
    )
    tam = found.tam
    # Until its notice has gone out, nobody is told of a change.
    assert (tam.held, before, tam.coming, tam.reached, tam.notice_days) == (
        held,
        None,
        coming,
        None,
        5,
    )
    # Of these twenty hours, nine are of March on Auckland's clock; on the policy's, none are.
    assert (tam.month.label, tam.month.used, tam.month.limit) == (
        "March 2026",
        timedelta(hours=9),
        timedelta(hours=80),
    )
    assert [each for each, _ in found.plan_fee.clauses] == ["V-3.4.6"]


@pytest.mark.clause("V-6.3", "R-18")
@pytest.mark.parametrize(
    ("hours", "tone", "told"),
    [
        (6, "good", "Once they are used up"),
        (6.4, "warn", "Running out"),
        (8, "bad", "What you ask now goes to the support centre"),
    ],
)
def test_the_hours_of_the_month_warn_before_they_are_used_up(hours, tone, told):
    order = make_premium(plan="silver")
    make_hours(order=order, hours=hours)

    page = shown(make_person(order=order))

    assert (page.context["agreed"].tam.tone, told in page.content.decode()) == (tone, True)


@pytest.mark.clause("V-3.4.6", "V-3.5")
def test_the_plans_fee_is_for_who_may_see_money_and_only_who_may_open_is_led_to_do_so():
    order = make_premium()
    order.fee_amount, order.fee_period = "9500.00", "MONTH"
    order.save()
    plain = make_person(order=order, may_see_invoices=False, may_open=False)

    pages = [shown(person).content.decode() for person in (make_person(order=order), plain)]

    assert [len(FEE.findall(page)) for page in pages] == [1, 0]
    new = f"{reverse('portal:ticket_new')}?order={order.pk}"
    assert [page.count(new) for page in pages] == [2, 0]


@pytest.mark.clause("S-7", "V-9.2", "V-3.5")
def test_escalation_is_by_the_orders_matrix_else_the_policys_path_and_who_may_ask_is_named():
    order = make_order(version=make_preset(slug=WHOLESALE))
    person = make_person(order=order)
    for name, facts in [("Zoe", {}), ("Bob", {"may_open": False}), ("Eve", {"is_active": False})]:
        AuthorisedUser.objects.create(
            order=order, name=name, email=f"{name}@client.example.com", **facts
        )
    policys = agreed(person)

    for position, title in [(2, "Head"), (1, "Lead")]:
        make_rung(order=order, position=position, title=title)

    assert [rung["title"] for rung in policys.path.rungs] == [
        "Support manager",
        "Director of operations",
        "Chief executive",
    ]
    assert [rung["title"] for rung in agreed(person).path.rungs] == ["Lead", "Head"]
    assert policys.path_clauses == [("S-7", "Escalation path")]
    assert (policys.ways.people, policys.ways.address) == (
        [person.name, "Zoe"],
        "wholesale-support@example.com",
    )


@pytest.mark.clause("V-3.1", "V-3.5")
def test_orders_in_force_come_first_and_nobody_elses_is_shown():
    account = make_order().account
    ended = make_order(account=account, state=Order.State.ENDED, ends_on=date(2026, 2, 1))
    ahead = make_order(account=account, starts_on=date(2026, 3, 5))
    held = make_order(account=account, ends_on=date(2026, 3, 4))
    person = make_person(order=held)
    for order in (ended, ahead):
        other = make_person(order=order)
        AuthorisedUser.objects.filter(pk=other.pk).update(user=person.user)

    orders = orders_of(seats_of(person.user)[0], at=MORNING)
    found = shown(person)
    theirs, others = (shown(person, order=order.pk) for order in (ended, make_order()))

    assert orders == [held, ahead, ended]
    assert [term for _, term in found.context["orders"]] == ["", "not begun", "over"]
    assert found.context["order"] == held
    assert (theirs.context["agreed"].term, others.status_code) == ("over", 404)
    # The last day is of the term, to its end in New York.
    assert agreed(person, at=MORNING + timedelta(hours=15), order=held.pk).term == "over"


def test_the_page_takes_as_few_queries_for_much_as_for_little(django_assert_num_queries):
    order = make_premium(plan="silver")
    order.tam_calendar = order.version.calendars.get()
    order.save()
    person = make_person(order=order)
    make_tam(order=order)
    browser = signed_in(person)
    browser.get(reverse("portal:account"))  # published terms are read once a process
    for position in range(1, 6):
        make_rung(order=order, position=position)
        make_hours(order=order, hours=1)
        make_person(order=order)
        make_premium(account=order.account)

    with django_assert_num_queries(13):
        browser.get(reverse("portal:account"))
