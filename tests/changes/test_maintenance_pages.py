"""Maintenance in the admin: planned, looked at before it is sent, then announced."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from apps.changes.models import Maintenance, MaintenanceCalendar
from apps.changes.rules.maintenance import Act
from apps.changes.services import make_calendar
from apps.contracts.models import User
from apps.outbox.models import Message
from tests.factories import make_client, make_service, make_staff, make_ticket
from tests.maintenance_made import NOON, WINDOW, act, announced, covering, planned

pytestmark = [pytest.mark.django_db, pytest.mark.clause("S-11")]


@pytest.fixture
def duty():
    return as_one_of("Duty managers")


def as_one_of(group):
    user = make_staff()
    user.groups.add(Group.objects.get(name=group))
    browser = Client()
    browser.force_login(user)
    return browser


SECOND = timedelta(seconds=1)
ENDS = WINDOW + timedelta(hours=3)


def at(name, *args):
    return reverse(f"admin:changes_maintenance_{name}", args=args)


def typed(**changes):
    given = {
        "act_key": "6f1c0d6e-5b1e-4ec3-9f6e-0d5d4cf4a001",
        "title": "New core switch",
        "starts_at": "2026-03-10T02:00",
        "ends_at": "2026-03-10T05:00",
        "impact": "OUTAGE",
        "description": "Calls are cut once.",
    }
    return {**given, **changes}


@time_machine.travel(NOON, tick=False)
def test_it_is_planned_looked_at_confirmed_amended_and_cancelled(duty):
    trunks = make_service()
    person = make_client(order=covering(trunks))
    account = person.order.account
    objects = f"{account}; NYC-1\n\n {account} ;NYC-2"

    sent = typed(services=[trunks.pk], objects=objects)
    first, again = (duty.post(at("new"), sent) for _ in range(2))
    row = Maintenance.objects.get()
    looked = duty.get(first["Location"])
    mail = duty.get(at("mail", row.pk, account.pk))
    assert first["Location"] == again["Location"] == at("change", row.pk)
    assert (looked.context["accounts"], looked.context["people"]) == (1, 1)
    assert looked.context["rows"][0].reader.people == [person]
    assert "X-MAINTNOTE-OBJECT-ID:NYC-2" in mail.context["calendar"]
    assert Message.objects.count() == 0

    duty.post(at("act", row.pk, "confirm"), {"seen": row.edition})
    assert at("act", row.pk, "start") not in duty.get(at("change", row.pk)).content.decode()
    with time_machine.travel(WINDOW, tick=False):
        assert at("act", row.pk, "start") in duty.get(at("change", row.pk)).content.decode()
    amended = duty.post(
        at("amend", row.pk),
        typed(seen=2, services=[trunks.pk], objects=objects, title="Newer", why="Better."),
    )
    refused = duty.post(at("act", row.pk, "cancel"), {"seen": 3, "why": " "})
    late = duty.post(at("act", row.pk, "cancel"), {"seen": 2, "why": "No part came."})
    duty.post(at("act", row.pk, "cancel"), {"seen": 3, "why": "No part came."})

    row.refresh_from_db()
    assert (amended.status_code, row.title, row.state) == (302, "Newer", "CANCELLED")
    assert [(each.status_code, each.context["problem"].split(":")[0]) for each in (refused,)] == [
        (422, "Say why it is cancelled")
    ]
    assert (late.status_code, "No part came." in late.content.decode()) == (422, True)
    assert list(row.updates.order_by("sequence").values_list("state", flat=True)) == [
        "CONFIRMED",
        "CONFIRMED",
        "CANCELLED",
    ]


@time_machine.travel(NOON, tick=False)
def test_what_is_wrong_is_said_at_its_place_and_nothing_typed_is_lost(duty):
    answer = duty.post(
        at("new"), typed(starts_at="soon", impact="", objects="Nobody; X-1\nlines without")
    )

    form = answer.context["form"]
    assert answer.status_code == 422
    assert {name: [str(each) for each in problems] for name, problems in form.errors.items()} == {
        "starts_at": [
            "Write the time as 2026-11-27T14:30; it must be one that your clock shows just once."
        ],
        "impact": ["Say what impact is expected."],
        "objects": [
            "Line 1: there is no account “Nobody”. Write its name as it is here.",
            "Line 2: write an account, a semicolon, and the name of its object.",
        ],
    }
    assert "Nobody; X-1" in answer.content.decode()
    closed = duty.post(at("new"), typed(starts_at="2026-03-01T02:00", ends_at="2026-03-02T11:00"))
    assert closed.context["form"].non_field_errors() == [
        "This window is closed already. Choose one that lies ahead."
    ]
    User.objects.update(time_zone="America/New_York")
    changing = typed(starts_at="2026-11-01T01:30", ends_at="2027-03-14T02:30")
    clocks = duty.post(at("new"), changing).context["form"].errors
    assert [*clocks["starts_at"], *clocks["ends_at"]] == [
        "The clocks change on 1 November (America/New_York): 01:30 comes twice."
        " Choose a time before or after that hour.",
        "The clocks change on 14 March (America/New_York): 02:30 does not come."
        " Choose a time before or after that hour.",
    ]


@pytest.mark.parametrize("group", ["Support agents", "TAMs", "Finance"])
def test_who_does_not_announce_looks_and_does_nothing(group):
    row, browser = planned(), as_one_of(group)
    make_client(order=covering())

    page = browser.get(at("change", row.pk))
    done = [
        browser.post(at("act", row.pk, "confirm"), {"seen": 1}),
        browser.post(at("new"), typed()),
        browser.post(at("amend", row.pk), typed(seen=1)),
        browser.post(at("change", row.pk)),
    ]

    row.refresh_from_db()
    assert (page.status_code, page.context["acts"], row.state) == (200, [], "PLANNED")
    assert [each.status_code for each in done] == [403] * 4


@time_machine.travel(NOON, tick=False)
def test_a_long_audience_is_counted_and_none_of_it_is_hidden_in_silence(
    duty, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr("apps.changes.admin.maintenance_page.SHOWN", 2)
    trunks = make_service()
    for _ in range(5):
        covering(trunks)
    row = planned(services=[trunks])

    with django_assert_max_num_queries(24):
        some = duty.get(at("change", row.pk))
    whole = duty.get(at("change", row.pk), {"all": 1})

    assert [(len(each.context["rows"]), each.context["more"]) for each in (some, whole)] == [
        (2, 3),
        (5, 0),
    ]
    assert (some.context["accounts"], some.context["unreached"]) == (5, 5)
    assert "Show all 5" in some.content.decode()


def test_the_list_shows_what_is_to_be_announced_and_home_counts_it(duty):
    covering()
    row, told = planned(title="Waits"), planned(title="Told")
    act(told, Act.CONFIRM)

    found = duty.get(at("changelist"), {"look": "announce"}).context["cl"].result_list
    tiles = duty.get(reverse("admin:index")).context["tiles"]

    assert list(found) == [row]
    assert [each["count"] for each in tiles if each["name"] == "Maintenance to announce"] == ["1"]


@pytest.mark.parametrize(
    ("acts", "late", "early", "says"),
    [
        ([Act.ANNOUNCE], WINDOW, WINDOW - SECOND, "and nobody confirmed it"),
        ([Act.CONFIRM], ENDS, ENDS - SECOND, "Its window is over"),
        ([], ENDS, ENDS - SECOND, "Its window is over"),
    ],
)
def test_whose_window_overtook_it_is_found_and_says_so(duty, acts, late, early, says):
    covering()
    row = planned()
    for name in acts:
        act(row, name)

    found = {}
    for instant in (late, early):
        with time_machine.travel(instant, tick=False):
            listed = duty.get(at("changelist"), {"look": "overtaken"}).context["cl"].result_list
            found[instant] = list(listed), says in duty.get(at("change", row.pk)).content.decode()

    assert found == {late: ([row] if acts else [], True), early: ([], False)}


@pytest.mark.parametrize(
    ("hours", "closed", "is_shown"),
    [(-0.001, False, False), (0, False, True), (2.999, False, True), (3, False, False)],
)
def test_a_ticket_that_lies_in_a_window_shows_it(duty, hours, closed, is_shown):
    person = make_client()
    notice = announced(person)
    ticket = make_ticket(requester=person, at=WINDOW + timedelta(hours=hours))

    page = duty.get(reverse("admin:tickets_ticket_change", args=[ticket.pk]))

    shown = notice.update.maintenance.number in page.content.decode()
    assert (page.status_code, shown) == (200, is_shown)


def test_a_calendars_address_is_revoked_by_staff(duty):
    account = covering().account
    make_calendar(account=account, by=make_staff(), at=NOON)
    row = MaintenanceCalendar.objects.get()
    chosen = {"action": "revoke", "_selected_action": [row.pk]}

    page = duty.post(reverse("admin:changes_maintenancecalendar_changelist"), chosen, follow=True)

    row.refresh_from_db()
    assert (row.revoked_at is not None, "works no more" in page.content.decode()) == (True, True)
    one = duty.get(reverse("admin:changes_maintenancecalendar_change", args=[row.pk]))
    assert (one.status_code, row.digest in one.content.decode()) == (200, False)
