"""What the page of an account is made of: orders, people, tickets, and what happened."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from apps.backoffice.account_page import AccountPage
from apps.contracts.models import Account, Order, Standing
from apps.tickets import services
from apps.tickets.admin.queue_rows import Row
from apps.tickets.models import Ticket
from tests.account_made import (
    make_amendment,
    make_appointment,
    make_refused,
    make_rung,
    make_standing,
)
from tests.factories import (
    MORNING,
    make_agreed,
    make_client,
    make_order,
    make_service,
    make_staff,
    make_ticket,
    reason_of,
)
from tests.maintenance_made import announced, planned
from tests.tickets.reading import later
from tests.tickets_admin.pages import QUEUE
from tests.time_made import make_hours, make_premium, make_tam

pytestmark = pytest.mark.django_db


def page_of(account: Account, *, at: datetime = MORNING) -> AccountPage:
    return AccountPage.of(account, at=at, user=make_staff(is_superuser=True))


def queue_of(account: Account, *, at: datetime) -> list[Row]:
    """The rows of the queue that the page links to, with their badges."""
    browser = Client()
    browser.force_login(make_staff(is_superuser=True))
    with time_machine.travel(at, tick=False):
        return browser.get(QUEUE, {"account": account.pk}).context["cl"].rows


def test_an_account_of_which_nothing_is_known_is_in_good_standing_and_all_else_is_empty():
    page = page_of(Account.objects.create(name="Nobody yet"))

    assert (page.standing.state, page.standing.pk) == (Standing.State.GOOD, None)
    assert (page.orders.running, page.orders.others, page.orders.has_more) == ([], [], False)
    assert (page.people.asking, page.people.others, page.rungs) == ([], [], [])
    assert (page.tickets.rows, page.tickets.count, page.tickets.has_more) == ([], "0", False)
    assert (page.events, page.appointments, page.calls, page.refused) == ([], [], [], [])


@pytest.mark.clause("S-12")
def test_a_suspended_standing_says_why():
    account = make_order().account
    make_standing(account=account, state="SUPPORT_SUSPENDED", why="Unpaid", clause="H-1")

    standing = page_of(Account.objects.get(pk=account.pk)).standing

    assert (standing.state, standing.why, standing.clause) == (
        "SUPPORT_SUSPENDED",
        "Unpaid",
        "H-1",
    )


@pytest.mark.clause("V-2-order")
def test_executed_orders_come_first_the_latest_first_and_the_others_are_apart():
    account = Account.objects.create(name="Reseller")
    old = make_order(account=account, starts_on=date(2024, 1, 1))
    draft = make_order(account=account, state=Order.State.DRAFT)
    ended = make_order(
        account=account,
        state=Order.State.ENDED,
        starts_on=date(2025, 1, 1),
        ends_on=date(2025, 2, 1),
    )
    new = make_order(account=account, starts_on=date(2026, 2, 1))
    make_order()

    orders = page_of(account).orders

    assert [running.order for running in orders.running] == [new, old]
    assert orders.others == [draft, ended]


@pytest.mark.clause("V-3.1")
@pytest.mark.parametrize(
    ("at", "term"),
    [
        (datetime(2026, 3, 1, 4, 59, 59, tzinfo=UTC), "not begun"),  # 28 February in New York
        (datetime(2026, 3, 1, 5, tzinfo=UTC), ""),
        (datetime(2026, 4, 1, 3, 59, 59, tzinfo=UTC), ""),  # 31 March in New York
        (datetime(2026, 4, 1, 4, tzinfo=UTC), "over"),
    ],
)
def test_an_executed_order_says_whether_its_term_holds_in_days_of_its_policy(at, term):
    order = make_order(starts_on=date(2026, 3, 1), ends_on=date(2026, 3, 31))

    assert [running.term for running in page_of(order.account, at=at).orders.running] == [term]


@pytest.mark.clause("V-2-order", "V-5")
def test_what_is_promised_is_the_plans_with_the_orders_own_targets_in_its_place():
    order = make_order()
    make_agreed(order=order, severity="1", hours=6, calendar="always")

    (running,) = page_of(order.account).orders.running

    def words(promises):
        return [(each.time, each.calendar, each.is_agreed) for each in promises]

    assert [(each.severity, words(each.response)) for each in running.promised] == [
        ("Priority 1", [("1 h", "Around the clock", False)]),
        ("Priority 2", [("2 h", "Standard hours", False)]),
        ("Priority 3", [("4 h", "Standard hours", False)]),
        ("Priority 4", [("8 h", "Standard hours", False)]),
    ]
    assert [words(each.resolution) for each in running.promised] == [
        [("6 h", "Around the clock", True)],
        [("4 h", "Around the clock", False)],
        [("8 h", "Standard hours", False)],
        [("48 h", "Standard hours", False)],
    ]


def test_services_and_the_latest_amendment_are_those_of_the_order():
    order = make_order()
    order.services.add(make_service(title="Voice API"), make_service(title="SIP trunks"))
    make_amendment(order=order, number=1, dated_on=date(2026, 1, 10))
    make_amendment(order=order, number=2, dated_on=date(2026, 2, 10))

    (running,) = page_of(order.account).orders.running

    assert (running.services, running.amended_on) == (
        ["SIP trunks", "Voice API"],
        date(2026, 2, 10),
    )


@pytest.mark.clause("V-6.1", "V-6.3")
def test_an_order_shows_its_tam_with_the_months_time_and_a_bar_that_ends_at_the_limit():
    order = make_premium(plan="silver")
    held = make_tam(order=order)
    make_hours(order=order, hours=10)

    (running,) = page_of(order.account, at=later(days=1)).orders.running

    assert (running.tam, running.coming) == (held, None)
    assert (running.month.label, running.month.used, running.month.limit) == (
        "March 2026",
        timedelta(hours=10),
        timedelta(hours=8),
    )
    assert (running.month.percent, running.share) == (125, 100)


def test_a_plan_without_tam_time_shows_no_hours():
    (running,) = page_of(make_order().account).orders.running

    assert (running.tam, running.month, running.share) == (None, None, 0)


@pytest.mark.clause("V-3.5")
def test_those_who_may_ask_are_apart_from_those_who_no_longer_may():
    order = make_order()
    zoe, bob, gone = (make_client(order=order) for _ in range(3))
    for user, name, rights in [
        (zoe, "Zoe", {"may_open": False, "may_manage_users": True}),
        (bob, "Bob", {"may_see_invoices": True}),
        (gone, "Ann", {"is_active": False}),
    ]:
        vars(user).update(name=name, **rights)
        user.save()
    early = make_client(order=make_order(account=order.account, state=Order.State.DRAFT))

    people = page_of(order.account).people

    assert [(person.user, person.rights) for person in people.asking] == [
        (bob, ["opens", "escalates", "closes", "invoices"]),
        (zoe, ["escalates", "closes", "users"]),
    ]
    assert [person.user for person in people.others] == [gone, early]
    assert (people.orders, people.has_more) == (1, False)


def test_of_very_many_users_the_first_are_shown():
    order = make_order()
    for _ in range(62):
        make_client(order=order)

    people = page_of(order.account).people

    assert (len(people.asking), people.others, people.has_more) == (30, [], True)


@pytest.mark.clause("S-7", "V-9.2")
def test_the_escalation_matrix_is_that_of_executed_orders_in_its_order():
    order = make_order()
    ended = make_order(account=order.account, state=Order.State.ENDED)
    for each, position in [(order, 2), (order, 1), (ended, 1)]:
        make_rung(order=each, position=position, title=f"{each}, {position}")

    rungs = page_of(order.account).rungs

    assert [rung.title for rung in rungs] == [f"{order}, 1", f"{order}, 2"]


def test_open_tickets_and_their_badges_are_those_of_the_queue_in_its_order():
    person = make_client()
    other = make_client(order=make_order(account=person.order.account))
    for number, severity in enumerate("4231" * 3):
        asks = person if number % 2 else other
        make_ticket(requester=asks, severity=severity, at=later(minutes=40 * number))
    closed, _, waiting = Ticket.objects.filter(requester=person).order_by("pk")[:3]
    agent = make_staff()
    services.ask_client(ticket=waiting, text="?", by=agent, at=later(hours=5), act_key="a")
    reason = reason_of(closed.version, "solved")
    services.solve(
        ticket=closed, reason=reason, text="Done.", by=agent, at=later(hours=8), act_key="b"
    )
    make_ticket(severity="1")
    at = later(hours=9)
    services.sweep_deadlines(at=at)

    tickets = page_of(person.order.account, at=at).tickets

    queue = queue_of(person.order.account, at=at)
    assert [(row.ticket, row.badges) for row in tickets.rows] == [
        (row.ticket, row.badges) for row in queue[:10]
    ]
    assert (len(queue), tickets.count, tickets.has_more) == (11, "11", True)
    tones = {badge.tone for row in tickets.rows for badge in row.badges}
    assert tones == {"red", "amber", "green", "grey"}


def test_each_severity_is_counted_though_only_the_worst_are_listed():
    person = make_client()
    for _ in range(11):
        make_ticket(requester=person, severity="1")
    make_ticket(requester=person, severity="4")

    tickets = page_of(person.order.account).tickets

    assert {row.ticket.severity.key for row in tickets.rows} == {"1"}
    assert tickets.counts == [(1, "Priority 1", "11"), (4, "Priority 4", "1")]


def test_what_happened_last_comes_first_whichever_ticket_it_happened_to():
    person = make_client()
    first, second = (
        make_ticket(requester=person, subject=name, at=later(minutes=minute))
        for name, minute in [("first", 0), ("second", 1)]
    )
    agent = make_staff()
    services.assign(ticket=first, to=agent, by=agent, at=later(minutes=5))
    make_ticket(subject="somebody else's", at=later(minutes=9))

    events = page_of(person.order.account, at=later(hours=1)).events

    assert [(each.ticket, each.words) for each in events] == [
        (first, f"Assigned to {agent}"),
        (second, "Number sent to the requester"),
        (second, "Registered by e-mail as Priority 3, inside standard hours"),
        (first, "Number sent to the requester"),
        (first, "Registered by e-mail as Priority 3, inside standard hours"),
    ]


def test_ten_events_are_shown_and_a_miss_that_nobody_acted_on_is_among_them():
    person = make_client()
    silent = make_ticket(requester=person, severity="1", at=later(minutes=0))
    for minute in range(1, 13):
        make_ticket(requester=person, severity="4", at=later(minutes=minute))
    at = later(hours=1, seconds=1)
    services.sweep_deadlines(at=at)

    events = page_of(person.order.account, at=at).events

    assert len(events) == 10
    assert (events[0].ticket, events[0].words, events[0].event.at) == (
        silent,
        "Response missed",
        later(hours=1),
    )


@pytest.mark.clause("S-3")
def test_appointments_are_shown_until_their_end_with_those_that_wait_for_a_decision():
    person = make_client()
    for subject, starts_at, state in [
        ("later", later(days=2), "ASKED"),
        ("ended now", later(hours=-1), "CONFIRMED"),
        ("goes on", later(minutes=-59), "CONFIRMED"),
        ("declined", later(days=1), "DECLINED"),
        ("cancelled", later(days=1), "CANCELLED"),
    ]:
        make_appointment(requester=person, subject=subject, starts_at=starts_at, state=state)
    make_appointment(requester=make_client(), subject="other", starts_at=later(days=1))

    appointments = page_of(person.order.account).appointments

    assert [each.subject for each in appointments] == ["goes on", "later"]


@pytest.mark.clause("S-11")
def test_maintenance_that_the_account_was_told_of_is_shown_until_its_window_closes():
    person, other = make_client(), make_client()
    for each in (person, other):
        each.order.services.add(make_service())
    told = announced(person, title="Told")
    announced(other, title="Told others")
    planned(title="Not told yet", objects=[(person.order.account, "TRUNK-1")])
    account, ends_at = person.order.account, told.update.ends_at

    assert page_of(account, at=ends_at - timedelta(seconds=1)).maintenance == [told]
    assert page_of(account, at=ends_at).maintenance == []


@pytest.mark.clause("V-1.2")
def test_the_five_requests_that_were_refused_last_are_shown():
    account = make_order().account
    for number in range(6):
        make_refused(account=account, subject=f"no. {number}")
    make_refused(account=make_order().account, subject="other")

    assert [each.subject for each in page_of(account).refused] == [
        f"no. {number}" for number in (5, 4, 3, 2, 1)
    ]
