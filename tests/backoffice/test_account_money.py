"""What the page of an account says of its money, and to whom."""

from decimal import Decimal

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.backoffice.account_page.money import Money
from tests.billing.test_disputes import dispute
from tests.billing.test_payments import pay
from tests.billing_made import make_invoice, make_profile
from tests.factories import MORNING, make_order, make_staff

pytestmark = pytest.mark.django_db


QUERIES = {"Finance": 17, "Duty managers": 18}  # of the whole page


def signed_in_as(role: str) -> Client:
    user = make_staff()
    user.groups.add(Group.objects.get(name=role))
    browser = Client()
    browser.force_login(user)
    return browser


def opened(browser, account):
    page = reverse("admin:contracts_account_change", args=[account.pk])
    with time_machine.travel(MORNING, tick=False):
        return browser.get(page)


def shown(account, role: str) -> str:
    return " ".join(opened(signed_in_as(role), account).content.decode().split())


@pytest.mark.clause("S-12", "V-3.4.6")
def test_what_is_owed_disputed_and_paid_is_summed_up(django_assert_num_queries):
    profile = make_profile()
    first, _ = (make_invoice(profile=profile) for _ in range(2))
    payment = pay(profile, "100.00", allocations={first: Decimal(30)})
    dispute(first, "10.00")

    Money.of(make_order().account)  # SQLite is asked once whether it knows JSON
    with django_assert_num_queries(1):
        money = Money.of(profile.account)

    assert money.currency == "USD"
    assert [(paid.pk, paid.amount) for paid in money.payments] == [(payment.pk, payment.amount)]
    assert (money.owed_amount, money.disputed_amount, money.credit_amount) == (
        Decimal("210.00"),
        Decimal("12.00"),
        Decimal("70.00"),
    )


@pytest.mark.parametrize("role", ["Finance", "Duty managers"])
def test_the_page_asks_nothing_more_for_much_money_than_for_none(role):
    unbilled, billed = make_order().account, make_profile()
    for _ in range(5):
        invoice = make_invoice(profile=billed)
        pay(billed, "10.00", allocations={invoice: Decimal(5)})
        dispute(invoice, "10.00")
    browser = signed_in_as(role)
    opened(browser, unbilled)  # published terms are read once a process
    counts = []

    for account in (unbilled, billed.account):
        with CaptureQueriesContext(connection) as found:
            page = opened(browser, account)
        counts.append((len(found), page.context["page"].money is None))

    assert counts == [(QUERIES[role], True), (QUERIES[role], False)]


def test_an_account_that_is_not_billed_has_no_sums():
    assert Money.of(make_order().account) is None


def test_finance_records_a_payment_from_there_and_agents_see_no_money():
    profile = make_profile()
    make_invoice(profile=profile)
    link = f"{reverse('admin:billing_payment_add')}?account={profile.account_id}"

    assert link in shown(profile.account, "Finance")
    assert "120.00 USD" in shown(profile.account, "Duty managers")
    assert link not in shown(profile.account, "Duty managers")
    assert "120.00 USD" not in shown(profile.account, "Support agents")
