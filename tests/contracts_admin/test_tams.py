"""TAMs on the order's page and in their list: who sees what, and what the forms do."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.urls import reverse

from apps.outbox.models import Message
from tests.contracts.presets import V
from tests.contracts_admin.tam_pages import held, page, section
from tests.factories import MORNING, make_client, make_order, make_staff
from tests.tams_made import assign, deliver, hand_over, make_tam_order, withdraw

pytestmark = pytest.mark.django_db
EARLIEST = date(2026, 3, 9)  # five days after MORNING's
DESK = "Monday to Thursday 07:30 to 16:00, Friday 07:30 to 14:00, Europe/Helsinki"


@pytest.fixture(autouse=True)
def morning():
    with time_machine.travel(MORNING, tick=False):
        yield


@pytest.fixture
def version(presets):
    return presets[V.policy.slug]


@pytest.mark.clause("V-6.1", "V-6.4", "V-4")
def test_the_page_says_who_the_tam_is_since_when_and_how_they_are_reached(admin_client, version):
    order = make_tam_order(version=version, plan="platinum")
    assign(order, make_staff(name="grace"), phone="030 7", chat="#grace")

    assert section(admin_client, order) == [
        *["Technical account manager", "Hand over …", "Correct the contacts …", "grace"],
        *["Since", "4 Mar 2026"],
        *["E-mail", "tam@provider.example.com"],
        *["Phone", "030 7"],
        *["Chat", "#grace"],
        *["Reached", "Around the clock"],
    ]


@pytest.mark.clause("V-4", "V-6.4", "V-2-order")
@pytest.mark.parametrize(
    ("plan", "calendar", "words"),
    [
        ("summit", "", "Around the clock"),
        ("summit", "clock", "Around the clock"),
        ("summit", "desk", "DESK"),
        ("base", "", "DESK, the policy's standard hours"),
    ],
)
def test_hours_are_shown_in_words_where_the_tam_has_some(admin_client, plan, calendar, words):
    order = make_tam_order(plan=plan)
    order.tam_minutes_per_month = 60
    order.tam_calendar = order.version.calendars.filter(key=calendar).first()
    order.save()
    assign(order, make_staff())

    lines = section(admin_client, order)

    assert lines[lines.index("Reached") + 1] == words.replace("DESK", DESK)


@pytest.mark.clause("V-6.1")
def test_an_order_whose_plan_has_no_tam_says_nothing_of_one(admin_client):
    order = make_order()

    assert 'id="tam"' not in admin_client.get(page(order)).content.decode()


@pytest.mark.clause("V-6.6")
def test_a_planned_hand_over_says_whether_its_notice_is_out(admin_client, version):
    order = held(version, tam=make_staff(name="grace"))
    hand_over(order, make_staff(name="mary"), EARLIEST)

    def told():
        lines = section(admin_client, order)
        return lines[lines.index("mary follows on 9 Mar 2026") + 1]

    waits = told()
    Message.objects.update(state="DEAD", due_at=None)
    lost = told()
    Message.objects.update(state="SENT", sent_at=MORNING)
    deliver(at=MORNING)
    assert [waits, lost, told()] == [
        "Notice not sent yet",
        "Notice could not be delivered",
        "Notice sent 4 Mar 2026, 14:00",
    ]


@pytest.mark.clause("V-6.2")
def test_earlier_ones_are_listed_with_until_when(admin_client, version):
    order = held(version, tam=make_staff(name="grace"), since=datetime(2026, 1, 5, tzinfo=UTC))
    january = datetime(2026, 1, 10, 12, tzinfo=UTC)
    withdraw(hand_over(order, None, date(2026, 2, 2), at=january), at=january)
    hand_over(order, make_staff(name="mary"), date(2026, 2, 1), at=january)
    deliver(at=january)

    lines = section(admin_client, order)

    assert lines[lines.index("Earlier") + 5 :] == [
        *["Nobody", "2 Feb 2026", "never: withdrawn 10 Jan 2026", "Leaves the company"],
        *["grace", "4 Jan 2026", "before 1 Feb 2026", "–"],
    ]


@pytest.mark.clause("V-6.1")
def test_the_list_of_tams_can_be_looked_at_and_not_changed(admin_client, version):
    order = held(version, tam=make_staff(name="grace"))
    row = hand_over(order, None, EARLIEST)
    url = reverse("admin:contracts_tamassignment_changelist")
    change = reverse("admin:contracts_tamassignment_change", args=[row.pk])

    listed = admin_client.get(url).context["cl"].result_list
    model_admin = admin_client.get(url).context["cl"].model_admin

    assert [
        (str(model_admin.who(each)), model_admin.badge(each)[1], model_admin.account(each))
        for each in listed
    ] == [
        ("Nobody", "Notice not sent yet", order.account.name),
        ("grace", "Holds", order.account.name),
    ]
    assert admin_client.get(change).status_code == 200
    assert admin_client.post(change, {"email": "x@example.com"}).status_code == 403


@pytest.mark.clause("V-6.1", "V-6.6")
def test_the_list_says_where_each_assignment_stands_on_the_day(admin_client, version):
    order = held(version)
    withdraw(hand_over(order, None, EARLIEST))
    hand_over(order, make_staff(), EARLIEST)
    url = reverse("admin:contracts_tamassignment_changelist")

    def states(at):
        with time_machine.travel(at, tick=False):
            found = admin_client.get(url).context["cl"]
            rows = sorted(found.result_list, key=lambda row: row.pk)
            return [found.model_admin.badge(row)[1] for row in rows]

    waiting = states(datetime(2026, 3, 10, tzinfo=UTC))
    deliver(at=MORNING)
    eve = states(datetime(2026, 3, 9, 3, 59, 59, tzinfo=UTC))
    day = states(datetime(2026, 3, 9, 4, tzinfo=UTC))

    assert [waiting, eve, day] == [
        ["Holds", "Withdrawn", "Notice not sent yet"],
        ["Holds", "Withdrawn", "Planned"],
        ["Over", "Withdrawn", "Holds"],
    ]


def test_the_list_is_searched_by_account_and_by_person(admin_client, version):
    order = held(version, tam=make_staff(name="grace"))
    held(version)
    url = reverse("admin:contracts_tamassignment_changelist")

    found = [
        [row.order for row in admin_client.get(url, {"q": query}).context["cl"].result_list]
        for query in (order.account.name, "grace", order.number)
    ]

    assert found == [[order]] * 3


def test_a_row_and_its_history_open(admin_client, version):
    order = held(version)
    make_client(order=order)
    row = order.tam_assignments.get()
    history = reverse("admin:contracts_tamassignment_history", args=[row.pk])

    earlier = f"{history}{row.history.get().pk}/"

    assert [admin_client.get(url).status_code for url in (history, earlier)] == [200, 200]
    assert admin_client.post(earlier, {}).status_code == 403
