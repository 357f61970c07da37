"""Notices in the portal: one list of all kinds, each with the proof that it was sent."""

from datetime import timedelta

import pytest
from django.urls import reverse

from apps.billing.services.standing import review_standing
from apps.outbox.services import deliver_pending
from apps.portal.queries.notices.listed import page_of
from apps.portal.queries.seats import seats_of
from tests.escalation.outages import issued, make_incident
from tests.factories import make_staff, make_ticket
from tests.portal_made import make_person, signed_in
from tests.standing_made import make_debtor, on, owe
from tests.tams_made import TODAY, assign, deliver, hand_over, make_tam_order, withdraw
from tests.tickets.reading import later
from tests.time_made import make_hours, make_premium, make_tam

pytestmark = pytest.mark.django_db


def listed(person):
    """Each notice on the list: its name without the key, and when the first mail went out."""
    page = signed_in(person).get(reverse("portal:notices"))
    return [(each.kind.name, each.sent_at) for each in page.context["found"].notices]


def shown(person, notice):
    return signed_in(person).get(reverse("portal:notice", args=[notice.name]))


def of(person, **rest):
    return page_of(seats_of(person.user)[0], after="", **rest).notices


@pytest.fixture
def debtor():
    """Somebody whose account was warned, and then suspended; both mails went out."""
    profile = make_debtor(with_user=False)
    person = make_person(order=profile.account.orders.get())
    owe(profile)
    for days in (21, 22):
        review_standing(account=profile.account, at=on(days))
        deliver_pending(at=on(days) + timedelta(minutes=1))
    return person


@pytest.mark.clause("S-12", "V-3.5")
def test_notices_on_money_are_of_who_may_see_money(debtor):
    plain = make_person(order=debtor.order, may_see_invoices=False)
    issued(make_incident(ticket=make_ticket(requester=debtor)))

    suspended = of(debtor)[0]
    page = shown(debtor, suspended)

    assert [each.kind.name for each in of(plain)] == ["report"]
    assert (page.status_code, shown(plain, suspended).status_code) == (200, 404)
    assert [(row.recipient, row.sent_at) for row in suspended.messages] == [
        (row.recipient, on(22) + timedelta(minutes=1)) for row in suspended.messages
    ]
    assert len(suspended.messages) == 1
    text = page.content.decode()
    assert [
        word in text for word in ("100.00 USD", "S-12", "22", suspended.messages[0].recipient)
    ] == [True] * 4


@pytest.mark.clause("V-6.6", "V-3.5")
def test_a_change_of_the_tam_is_told_once_its_notice_is_out_and_stays_told_when_withdrawn():
    order = make_tam_order()
    person, stranger = make_person(order=order), make_person()
    assign(order, make_staff())
    changed = hand_over(order, make_staff(), TODAY + timedelta(days=12), at=later(minutes=5))

    before = listed(person)
    deliver(at=later(minutes=7))
    after = of(person)
    withdraw(changed, at=later(minutes=9))

    assert before == [("tam", None)]
    assert [(each.row.starts_on, each.sent_at) for each in after] == [
        (TODAY + timedelta(days=12), later(minutes=7)),
        (TODAY, later(minutes=7)),
    ]
    assert [each.row.withdrawn_at for each in of(person)] == [later(minutes=9), None]
    page = shown(person, after[0]).content.decode()
    assert ("next@provider.example.com" in page, person.email in page) == (True, True)
    assert (of(stranger), shown(stranger, after[0]).status_code) == ([], 404)


@pytest.mark.clause("V-6.3", "V-3.5")
def test_that_the_tams_hours_are_used_up_is_told_to_each_of_the_orders_people():
    order = make_premium()
    person, colleague = (make_person(order=order, at=later(days=-9)) for _ in range(2))
    make_tam(order=order)
    make_hours(order=order, hours=40, until=later(days=20))

    notice = of(person)[0]
    page = shown(person, notice)

    assert (notice.kind.name, [row.recipient for row in notice.messages]) == (
        "hours",
        [person.email],
    )
    assert ("March 2026" in page.content.decode(), str(order) in page.content.decode()) == (
        True,
        True,
    )
    assert (len(of(colleague)), shown(colleague, notice).status_code) == (2, 404)


def test_pages_go_on_where_they_ended_among_kinds_of_one_instant(debtor):
    ticket = make_ticket(requester=debtor)
    issued(make_incident(ticket=ticket), at=on(22))
    seat = seats_of(debtor.user)[0]
    whole = [each.name for each in of(debtor)]

    found, after = [], ""
    while after is not None:
        page = page_of(seat, after=after, most=1)
        found += [each.name for each in page.notices]
        after = page.after or None

    assert (found, len(whole)) == (whole, 3)
    assert [name.partition("-")[0] for name in whole] == ["standing", "report", "standing"]


@pytest.mark.parametrize("name", ["notices", "notice"])
def test_a_page_of_notices_takes_a_bounded_number_of_queries(
    name, debtor, django_assert_max_num_queries
):
    issued(make_incident(ticket=make_ticket(requester=debtor)), at=on(22))
    browser = signed_in(debtor)
    args = [of(debtor)[0].name] if name == "notice" else []

    with django_assert_max_num_queries(15):
        page = browser.get(reverse(f"portal:{name}", args=args))

    assert page.status_code == 200
