"""Charges, what was rated and why, what is held: the pages and their acts."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from apps.billing.models import Charge, RatedEvent, WaiverRequest
from tests.billing_made import make_profile
from tests.factories import make_staff
from tests.rated_made import found, ny, of_category, rated, work
from tests.tickets.life import wholesale
from tests.tickets_admin.pages import text_of

pytestmark = pytest.mark.django_db
LIST = reverse("admin:billing_charge_changelist")
HELD = reverse("admin:billing_ratedevent_changelist")
BY_HAND = reverse("admin:billing_charge_by_hand")
FINANCE = [
    *("view_ratedevent", "view_charge", "view_waiverrequest", "add_quote", "add_manual_charge"),
    *("add_waiverrequest", "change_waiverrequest", "view_ticket"),
]


def signed_in(*codenames: str) -> Client:
    user = make_staff()
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = Client()
    client.force_login(user)
    return client


def page_of(event: RatedEvent) -> str:
    return reverse("admin:billing_ratedevent_change", args=[event.pk])


def act(client: Client, event: RatedEvent, name: str, **given: Any) -> Any:
    return client.post(reverse("admin:billing_ratedevent_act", args=[event.pk, name]), given)


def charged(minutes: int = 60) -> RatedEvent:
    ticket = of_category("custom-programming")
    work(ticket, minutes)
    rated()
    return RatedEvent.objects.get(ticket=ticket)


@pytest.mark.clause("S-13", "R-8")
def test_the_page_says_what_it_is_worth_and_why():
    page = signed_in(*FINANCE).get(page_of(charged(31)))

    assert page.status_code == 200
    words = text_of(page)
    for said in (
        "125.00 USD",
        "31 min were worked: “Professional services and custom programming”.",
        "31 min are rounded up to a multiple of 30 min: 60 min.",
        "60 min at 125.00 USD an hour: 125.00 USD.",
        "To be invoiced",
    ):
        assert said in words


def test_the_list_sums_what_it_shows():
    charged(60), charged(30)
    client = signed_in(*FINANCE)

    assert "187.50 USD charged" in text_of(client.get(LIST))
    assert "Nothing is charged here." in text_of(client.get(LIST, {"state__exact": "BILLED"}))


@pytest.mark.clause("S-13.1", "R-9")
def test_what_waits_for_a_quote_is_quoted_on_its_page():
    ticket = of_category("dial-translation")
    work(ticket, 75)
    rated()
    event, client = RatedEvent.objects.get(), signed_in(*FINANCE)
    assert "A quote" in text_of(client.get(HELD, {"held": "any"}))

    wrong = act(client, event, "quote", amount="much", reason="x", revision=event.revision)
    assert wrong.status_code == 422
    assert "“much” is not an amount like 1,234.56." in text_of(wrong)
    done = act(client, event, "quote", amount="110.00", reason="Agreed", revision=event.revision)

    assert done.status_code == 302
    assert Charge.objects.get().amount == Decimal("110.00")
    assert "110.00 USD, for 75 min" in text_of(client.get(page_of(event)))


def test_one_asks_for_a_waiver_and_another_approves_it():
    event = charged()
    first, second = signed_in(*FINANCE), signed_in(*FINANCE)
    charge = event.charges.get()

    act(first, event, "ask", charge=charge.pk, amount="25.00", reason="Goodwill")
    request = WaiverRequest.objects.get()
    refused = act(first, event, "approve", request=request.pk)
    assert (refused.status_code, "You asked for it" in text_of(refused)) == (422, True)
    act(second, event, "approve", request=request.pk)

    charge.refresh_from_db()
    assert charge.waived_amount == Decimal("25.00")
    page = text_of(second.get(page_of(event)))
    assert "Goodwill" in page
    assert "Charged, less waived 100.00 USD" in page
    waivers = second.get(reverse("admin:billing_waiverrequest_changelist"))
    assert "Goodwill" in text_of(waivers)


@pytest.mark.parametrize(
    "name", ["quote", "ask", "approve", "decline", "withdraw", "amend", "other"]
)
def test_who_may_only_look_does_nothing(name):
    event = charged()
    client = signed_in("view_ratedevent")

    assert client.get(page_of(event)).status_code == 200
    assert act(client, event, name, amount="1.00", reason="x").status_code == 403
    assert signed_in("view_ticket").get(page_of(event)).status_code == 403


def test_each_act_asks_for_its_own_right():
    event = charged()

    assert act(signed_in("view_ratedevent", "add_quote"), event, "ask").status_code == 403


def test_something_is_charged_by_hand_once():
    profile, client = make_profile(), signed_in(*FINANCE)
    given = {
        "act_key": str(uuid4()),
        "account": profile.account.name,
        "title": "Replacement router",
        "amount": "80.00",
        "incurred_on": "2026-03-19",
        "reason": "Lost",
    }
    assert client.get(BY_HAND).status_code == 200
    wrong = client.post(BY_HAND, {**given, "amount": "-3", "ticket": "T-999999"})
    assert wrong.status_code == 422
    assert "There is no such ticket" in text_of(wrong)

    for _ in range(2):
        assert client.post(BY_HAND, given).status_code == 302
    event = RatedEvent.objects.get()
    assert [(row.amount, row.number) for row in event.charges.all()] == [(Decimal("80.00"), 1)]
    act(client, event, "amend", amount="60.00", reason="Cheaper", revision=event.revision)
    assert [row.amount for row in event.charges.order_by("number")] == [
        Decimal("80.00"),
        Decimal("-20.00"),
    ]
    assert signed_in("view_charge").get(BY_HAND).status_code == 403


@pytest.mark.clause("S-4")
def test_a_tickets_page_says_what_it_costs():
    ticket = wholesale("1", at=ny("2026-03-04 21:00"))
    work(ticket, 90, at="2026-03-04 21:00", kind="SUPPORT")
    rated()
    client = signed_in("view_ticket", "view_ratedevent")
    page = reverse("admin:tickets_ticket_change", args=[ticket.pk])

    words = text_of(client.get(page))
    assert "What this costs" in words
    assert "Waits for a finding of fault" in words
    found(ticket, "NOT_PROVIDER")
    rated()
    words = text_of(client.get(page))
    assert "187.50 USD" in words
    assert "90 min at 125.00 USD an hour: 187.50 USD." in words
    assert "What this costs" not in text_of(signed_in("view_ticket").get(page))


def test_a_charge_and_a_waiver_lead_to_their_event():
    event = charged()
    client = signed_in(*FINANCE)
    charge = event.charges.get()
    act(client, event, "ask", charge=charge.pk, amount="25.00", reason="Goodwill")
    request = WaiverRequest.objects.get()

    to_charge = client.get(reverse("admin:billing_charge_change", args=[charge.pk]))
    to_waiver = client.get(reverse("admin:billing_waiverrequest_change", args=[request.pk]))

    assert to_charge["Location"] == page_of(event)
    assert to_waiver["Location"] == f"{page_of(event)}#waivers"


@pytest.mark.parametrize("events", [1, 12])
def test_pages_take_so_many_queries(events, django_assert_num_queries):
    for _ in range(events):
        event = charged()
    client = signed_in(*FINANCE)
    client.get(page_of(event))  # clauses are read once a process

    for url, count in [(LIST, 7), (HELD, 5), (page_of(event), 7)]:
        with django_assert_num_queries(count):
            client.get(url)
