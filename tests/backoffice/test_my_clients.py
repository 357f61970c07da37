"""The TAM's home: their clients, with open tickets, hours and what comes next."""

from datetime import date, timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.backoffice.my_clients import my_clients
from apps.contracts.models import Account, User
from apps.tickets import services
from apps.tickets.services import sweep_deadlines
from tests.factories import MORNING, make_client, make_staff, make_ticket, reason_of
from tests.tickets.reading import later
from tests.time_made import make_hours, make_premium, make_tam, make_time

pytestmark = [pytest.mark.django_db, pytest.mark.clause("V-6.1", "V-6.3")]
HOME = reverse("admin:index")
LATE = MORNING + timedelta(days=20)


@pytest.fixture
def tam():
    """Somebody in the role of TAMs."""
    user = make_staff(name="tamar")
    user.groups.add(Group.objects.get(name="TAMs"))
    return user


def client_of(tam, name, **facts):
    """The order of a new account whose TAM that is."""
    order = make_premium(account=Account.objects.create(name=name), **facts)
    make_tam(order=order, who=tam)
    return order


def home(user, *, at=LATE):
    with time_machine.travel(at, tick=False):
        browser = Client()
        browser.force_login(user)
        return browser.get(HOME)


def test_the_clients_of_today_are_shown_by_account_and_nobody_elses(tam):
    order = client_of(tam, "Zeta")
    client_of(tam, "Alpha")
    client_of(tam, "Ended", state="ENDED")
    client_of(make_staff(), "Theirs")
    later_on = client_of(tam, "Later")
    later_on.tam_assignments.update(starts_on=date(2026, 6, 1))

    shown = my_clients(tam, at=LATE)

    assert [client.order.account.name for client in shown] == ["Alpha", "Zeta"]
    assert shown[1].order == order


@pytest.mark.clause("R-18")
@pytest.mark.parametrize(
    ("hours", "tone", "share"),
    [(31.9, "green", 79), (32, "amber", 80), (40, "red", 100), (50, "red", 100)],
)
def test_the_bar_turns_amber_at_the_warning_and_red_when_used_up(tam, hours, tone, share):
    order = client_of(tam, "Alpha")
    make_hours(order=order, hours=hours, until=LATE)

    shown = my_clients(tam, at=LATE)[0]

    assert (shown.tone, shown.share) == (tone, share)


def test_what_is_open_what_was_missed_and_what_falls_due_next(tam):
    order = client_of(tam, "Alpha")
    client = make_client(order=order)
    worst = make_ticket(requester=client, severity="I")
    make_ticket(requester=client, severity="IV", at=later(minutes=30))
    done = make_ticket(requester=client, severity="I")
    services.solve(
        ticket=done,
        reason=reason_of(done.version, "restored"),
        text="Done.",
        by=tam,
        at=later(minutes=1),
        act_key="close",
    )
    services.confirm(ticket=done, client=client, at=later(minutes=2), act_key="confirm")
    make_ticket(requester=make_client(order=make_premium()), severity="I")

    before = my_clients(tam, at=later(minutes=45))[0]
    sweep_deadlines(at=later(hours=2))
    after = my_clients(tam, at=later(hours=2))[0]

    assert (before.open_count, before.missed_count) == ("2", "0")
    assert before.next_due.ticket == worst
    assert (before.badge.words, before.badge.tone) == ("15 min left", "amber")
    assert (after.open_count, after.missed_count) == ("2", "1")
    assert (after.badge.words, after.badge.tone) == ("6 h 30 min left", "green")


def test_without_anything_open_nothing_falls_due(tam):
    client_of(tam, "Alpha")

    shown = my_clients(tam, at=LATE)[0]

    assert (shown.open_count, shown.next_due, shown.badge, shown.people) == ("0", None, None, [])


@pytest.mark.clause("V-6.6")
def test_a_coming_hand_over_is_announced(tam):
    order = client_of(tam, "Alpha")
    make_tam(order=order, who=make_staff(name="next"), starts_on=date(2026, 5, 1))

    assert str(my_clients(tam, at=LATE)[0].handover.tam) == "next"


def test_the_first_few_people_of_a_client_are_named_and_former_ones_are_not(tam):
    order = client_of(tam, "Alpha")
    for name in "EDCBA":
        user = make_client(order=order)
        user.name = f"{name} Person"
        user.save()
    make_client(order=order, is_active=False)

    names = [person.name for person in my_clients(tam, at=LATE)[0].people]

    assert names == ["A Person", "B Person", "C Person", "D Person"]


def test_the_home_page_shows_hours_and_leads_to_the_forms(tam):
    order = client_of(tam, "Alpha <b>Phones</b>")
    make_client(order=order)
    make_hours(order=order, hours=34, until=LATE)

    page = home(tam).content.decode()

    assert "Alpha &lt;b&gt;Phones&lt;/b&gt;" in page
    assert "<strong>34 h</strong> of 40 h in March 2026" in page
    assert "6 h left" in page
    assert f"{reverse('admin:tickets_timeentry_add')}?order={order.pk}&amp;from=home" in page
    assert f"{reverse('admin:intake_request_new')}?account={order.account_id}" in page


def test_when_the_hours_are_used_up_the_page_says_where_requests_go(tam):
    order = client_of(tam, "Alpha")
    make_hours(order=order, hours=40, until=LATE)

    assert "used up: requests go to the support centre" in home(tam).content.decode()


def test_who_is_nobodys_tam_sees_no_clients_and_no_section():
    user = make_staff()
    user.groups.add(Group.objects.get(name="TAMs"))

    assert home(user).context["my_clients"] == []
    assert "My clients" not in home(user).content.decode()


def test_a_tam_without_the_permission_to_see_time_sees_none():
    user = make_staff(name="stripped")
    client_of(user, "Alpha")

    assert home(user).context["my_clients"] == []


def test_many_clients_take_as_many_queries_as_one(tam):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            my_clients(User.objects.get(pk=tam.pk), at=later(hours=30))
        return len(queries)

    def one_more(name):
        order = client_of(tam, name)
        for _ in range(3):
            make_ticket(requester=make_client(order=order), severity="II")
        make_time(order=order)

    one_more("Alpha")
    cost()  # terms and hours are read once a process
    one = cost()
    for name in ("Beta", "Gamma", "Delta"):
        one_more(name)

    assert cost() == one
    assert one <= 14
