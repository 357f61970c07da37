"""Maintenance in the portal: notices, the windows to come, a ticket's window, and the calendar."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from apps.changes.models import MaintenanceNotice
from apps.changes.rules.maintenance import Act
from apps.changes.services import Words
from apps.outbox.services import deliver_pending
from tests.factories import make_service, make_ticket
from tests.maintenance_made import NOON, WINDOW, act, covering, planned
from tests.portal_made import make_person, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.clause("S-11")]
ENDS = WINDOW + timedelta(hours=3)


def shown(person, notice):
    return signed_in(person).get(reverse("portal:notice", args=[f"maintenance-{notice.pk}"]))


@pytest.fixture
def trunks():
    return make_service()


@pytest.fixture
def person(trunks):
    """Somebody whose account has a circuit named, beside another account that is told too."""
    return make_person(order=covering(trunks))


@pytest.fixture
def told(person, trunks):
    make_person(order=covering(trunks))
    row = planned(services=[trunks], objects=[(person.order.account, "NYC-1")])
    act(row, Act.CONFIRM)
    deliver_pending(at=NOON + timedelta(minutes=1))
    return row


def own(person):
    return MaintenanceNotice.objects.filter(account=person.order.account).order_by("pk")


@pytest.mark.clause("V-3.5")
def test_each_account_reads_its_own_notice_with_the_proof_of_its_mails(person, told, trunks):
    stranger = make_person()
    notice = own(person).get()

    page = shown(person, notice)
    listed = signed_in(person).get(reverse("portal:notices")).context["found"].notices

    assert [(each.name, each.heading, each.sent_at) for each in listed] == [
        (
            f"maintenance-{notice.pk}",
            "Maintenance confirmed: New core switch",
            NOON + timedelta(minutes=1),
        )
    ]
    assert [each.recipient for each in page.context["found"].messages] == [person.email]
    assert f"NYC-1, {trunks.key}" in page.content.decode()
    assert shown(stranger, notice).status_code == 404
    others = MaintenanceNotice.objects.exclude(pk=notice.pk).get()
    assert shown(person, others).status_code == 404


def test_what_became_of_it_is_another_notice_and_the_first_says_so(person, told):
    act(told, Act.CANCEL, words_to=Words("No part came."))

    first, last = own(person)
    pages = [shown(person, each) for each in (first, last)]

    assert [each.context["has_later"] for each in pages] == [True, False]
    assert [each.context["found"].heading.split(":")[0] for each in pages] == [
        "Maintenance confirmed",
        "Maintenance cancelled",
    ]
    assert "No part came." in pages[1].content.decode()


@pytest.mark.parametrize(("at", "count"), [(ENDS - timedelta(seconds=1), 1), (ENDS, 0)])
def test_home_shows_the_windows_that_are_not_over(at, count, person, told):
    with time_machine.travel(at, tick=False):
        page = signed_in(person).get(reverse("portal:home"))

    assert len(page.context["windows"]) == count


@pytest.mark.parametrize(
    ("about", "count"),
    [(("No dial tone", True), 1), (("No dial tone", False), 0), (("nyc-1 is down", False), 1)],
)
def test_a_ticket_on_a_service_or_an_object_in_its_window_shows_it(
    about, count, person, told, trunks
):
    subject, is_about_trunks = about
    service = trunks if is_about_trunks else make_service()
    person.order.services.add(service)
    inside, outside = (
        make_ticket(requester=person, at=at, subject=subject, service=service)
        for at in (WINDOW, ENDS)
    )

    pages = [
        signed_in(person).get(reverse("portal:ticket", args=[each.pk]))
        for each in (inside, outside)
    ]

    assert [len(each.context["read"].windows) for each in pages] == [count, 0]


@time_machine.travel(NOON, tick=False)
def test_a_calendar_is_read_by_its_address_until_that_is_revoked(person, told, trunks):
    browser, calendar = signed_in(person), reverse("portal:notices_calendar")
    address = browser.post(calendar).context["address"]
    path = address[address.index("/maintenance/") :]

    answer = Client().get(path)
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    act(told, Act.CANCEL, words_to=Words("No part came."))
    after = Calendar.from_ical(Client().get(path).content).walk("VEVENT")

    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert [event["X-MAINTNOTE-OBJECT-ID"] for event in events] == [["NYC-1", trunks.key]]
    assert [str(event["STATUS"]) for event in [*events, *after]] == ["CONFIRMED", "CANCELLED"]
    assert events[0]["UID"] == after[0]["UID"]
    browser.post(calendar)
    assert Client().get(path).status_code == 404
    assert address not in browser.get(reverse("portal:notices")).content.decode()
    browser.post(calendar, {"act": "revoke"})
    assert browser.get(reverse("portal:notices")).context["calendar"] is None


@pytest.mark.parametrize("name", ["home", "notices", "notice", "ticket"])
def test_pages_with_maintenance_take_a_bounded_number_of_queries(
    name, person, told, django_assert_max_num_queries
):
    args = {
        "notice": [f"maintenance-{own(person).get().pk}"],
        "ticket": [make_ticket(requester=person, at=WINDOW).pk],
    }
    browser = signed_in(person)
    browser.get(reverse("portal:home"))

    with django_assert_max_num_queries(15):
        page = browser.get(reverse(f"portal:{name}", args=args.get(name, [])))

    assert page.status_code == 200
