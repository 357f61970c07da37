"""Standing and services in the portal: what is limited, what clears it, what is refused."""

import re
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from apps.billing.services.payments import record_payment
from apps.billing.services.standing import review_standing
from apps.contracts.models import ServiceRequest, Standing
from tests.factories import make_service, make_staff
from tests.portal_made import make_person, signed_in
from tests.standing_made import DUE, make_debtor, on, owe

pytestmark = pytest.mark.django_db
MONEY = re.compile(r"\d\.\d\d|INV-")


def overdue(days):
    """A person of an account that owes 100 for so many days, and 40 for two, by the review."""
    profile = make_debtor(with_user=False)
    person = make_person(order=profile.account.orders.get())
    first = owe(profile)
    owe(profile, "40.00", due_on=DUE + timedelta(days=days - 2))
    review_standing(account=profile.account, at=on(days))
    return person, first


def standing_of(person, days):
    with time_machine.travel(on(days), tick=False):
        return signed_in(person).get(reverse("portal:standing"))


@pytest.mark.clause("S-12", "R-4", "R-5")
def test_the_page_says_what_it_rests_on_what_clears_it_and_what_comes_next():
    person, first = overdue(22)

    page = standing_of(person, 22)

    found = page.context["found"]
    assert [(name, each.days) for name, each in found.documents] == [
        (first.reference, 22),
        ("INV-000002", 2),
    ]
    assert (found.clears_amount, found.facts.currency) == (Decimal("140.00"), "USD")
    assert [(each.on, each.to_state) for each in found.ahead] == [
        (DUE + timedelta(days=30), "DASHBOARD_SUSPENDED")
    ]
    text = page.content.decode()
    assert ("140.00 USD" in text, "Harbour Bank, account 0123" in text) == (True, True)
    assert re.findall(r">(S-12)\b[^<]*<", text) != []


@pytest.mark.clause("S-12", "R-5")
def test_every_page_names_what_clears_it_now_to_who_may_see_money():
    person, _ = overdue(22)
    reader = signed_in(person)
    banners = [reader.get(reverse("portal:tickets"))]

    record_payment(
        account=person.order.account,
        amount=Decimal("50.00"),
        currency="USD",
        received_on=on(22).date(),
        method="BANK",
        reference="INV-000001",
        source_key="bank:1",
        by=make_staff(),
        at=on(22),
    )
    banners.append(reader.get(reverse("portal:tickets")))

    named = [re.findall(r"\d+\.\d\d USD paid clears it\.", page.text) for page in banners]
    assert named == [["140.00 USD paid clears it."], ["90.00 USD paid clears it."]]


@pytest.mark.clause("S-12", "V-3.5")
def test_who_may_not_see_money_sees_what_is_limited_but_no_amount_on_any_page():
    person, _ = overdue(22)
    plain = make_person(order=person.order, may_see_invoices=False)
    banner = signed_in(plain).get(reverse("portal:home")).content.decode()

    page = standing_of(plain, 22).content.decode()

    assert ("Support suspended" in page, "Support suspended" in banner) == (True, True)
    assert (MONEY.findall(page), MONEY.findall(banner)) == ([], [])


@pytest.mark.clause("S-12")
def test_a_suspended_dashboard_offers_no_change_and_refuses_one_that_is_sent():
    person, _ = overdue(30)
    plain = make_person(order=person.order, may_see_invoices=False)
    assert Standing.objects.get().state == "DASHBOARD_SUSPENDED"
    service = make_service()
    person.order.services.add(service)
    given = {
        "order": person.order_id,
        "kind": "REMOVE",
        "service": service.pk,
        "details": "Not used any more.",
        "act_key": uuid4(),
    }
    browser = signed_in(plain)

    shown = browser.get(reverse("portal:services")).content.decode()
    sent = browser.post(reverse("portal:service_ask"), given)

    offered = re.findall(r'<(a|button)[^>]* class="btn[^>]*>', shown)
    assert offered == ["button"] * 3
    assert (sent.status_code, ServiceRequest.objects.count()) == (403, 0)
    text = sent.content.decode()
    assert ("are suspended" in text, "S-12" in text, "Not used any more." in text) == (True,) * 3
    assert MONEY.findall(text) == []


def test_a_request_is_sent_once_and_its_answer_is_shown():
    person = make_person()
    service = make_service()
    given = {
        "order": person.order_id,
        "kind": "ADD",
        "service": service.pk,
        "details": "Ten channels.",
        "act_key": uuid4(),
    }
    browser = signed_in(person)
    ask = reverse("portal:service_ask")

    sent = [browser.post(ask, given).status_code for _ in range(2)]
    twice = browser.post(ask, {**given, "kind": "REMOVE", "service": "", "details": " "})

    made = ServiceRequest.objects.get()
    assert (sent, twice.status_code) == ([302, 302], 422)
    assert (made.requester, made.service, made.details) == (person, service, "Ten channels.")
    shown = browser.get(reverse("portal:services")).context["rows"]
    assert list(shown) == [made]
