"""The ledger and the month's end in the admin: what is shown, what is done, and by whom."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.urls import reverse

from apps.billing.models import Books, ClosedMonth, LedgerAccount, LedgerCheck, OpenItem, Posting
from apps.billing.tasks import verify_ledger
from tests.billing_made import make_charge, make_invoice, make_profile
from tests.database import unfrozen
from tests.factories import make_staff
from tests.intake.mails_in import statements
from tests.ledger_made import make_history, make_payment

pytestmark = pytest.mark.django_db
PAGE = reverse("admin:billing_month_end")
CLOSE = reverse("admin:billing_month_end_close")
CHECK = reverse("admin:billing_month_end_check")
ZONE = reverse("admin:billing_month_end_zone")
TRIAL = reverse("admin:billing_ledgeraccount_trial")
MARCH = {"month": "2026-03-01"}


@pytest.fixture(autouse=True)
def in_april():
    with time_machine.travel(datetime(2026, 4, 2, 9, tzinfo=UTC), tick=False):
        yield


def sign_in(role: str = "Finance") -> Client:
    user = make_staff(name="kim." + role.lower().replace(" ", "."))
    user.groups.add(Group.objects.get(name=role))
    browser = Client()
    browser.force_login(user)
    return browser


def text_of(response) -> str:
    return " ".join(response.text.split())


def account_page(kind: str, **given: str) -> str:
    row = LedgerAccount.objects.get(kind=kind)
    query = "&".join(f"{name}={value}" for name, value in given.items())
    return f"{reverse('admin:billing_ledgeraccount_change', args=[row.pk])}?{query}"


def test_the_trial_balance_of_a_day_has_as_much_on_both_sides():
    make_history()

    browser = sign_in()

    answer = browser.get(f"{TRIAL}?on=2026-03-04")
    before = text_of(browser.get(f"{TRIAL}?on=2025-01-01"))

    (balance,) = answer.context["balances"]
    assert [(line.title, line.debit, line.credit) for line in balance.lines] == [
        ("Bank: Bank transfer", Decimal("83.04"), None),
        ("Receivable of 1 account", Decimal("37.48"), None),
        ("Revenue: Hourly work", None, Decimal("100.43")),
        ("Tax: standard", None, Decimal("20.09")),
    ]
    assert balance.debits == balance.credits
    assert "Nothing was posted by then." in before


def test_an_accounts_ledger_runs_on_from_the_balance_before():
    make_history()

    first = sign_in().get(account_page("RECEIVABLE", since="2026-03-04", until="2026-03-31"))
    later = sign_in("Administrators").get(
        account_page("RECEIVABLE", since="2026-03-05", until="2026-03-31")
    )

    shown = first.context["statement"]
    assert [(f"{move.on:%d}", move.other, str(move.balance)) for move in shown.moves] == [
        ("04", "Revenue: Hourly work", "100.43"),
        ("04", "Tax: standard", "120.52"),
        ("04", "Bank: Bank transfer", "49.82"),
        ("04", "Bank: Bank transfer", "37.48"),
        ("05", "Revenue: Hourly work", "47.47"),
        ("05", "Tax: standard", "49.47"),
        ("05", "Bank: Bank transfer", "61.81"),
    ]
    assert (str(shown.opening), str(shown.closing)) == ("0.00", "61.81")
    assert str(later.context["statement"].opening) == "37.48"
    assert len(later.context["statement"].moves) == 3


def test_a_long_ledger_is_carried_over_from_page_to_page():
    profile = make_profile()
    for _ in range(101):
        make_payment(profile=profile, amount="0.10")
    browser = sign_in()

    first = browser.get(account_page("BANK", since="2026-03-01")).context["statement"]
    second = browser.get(account_page("BANK", since="2026-03-01", page="2")).context["statement"]

    assert (len(first.moves), first.has_more, str(first.closing)) == (100, True, "10.00")
    assert (len(second.moves), second.has_more) == (1, False)
    assert (str(second.opening), str(second.closing)) == ("10.00", "10.10")


def test_days_that_cannot_be_are_refused_in_words():
    make_history()

    words = text_of(sign_in().get(account_page("BANK", since="2026-03-04", until="2026-03-01")))

    assert "This is before the first day." in words


def test_a_posting_shows_what_moved_and_what_it_comes_of():
    make_history()
    posting = Posting.objects.order_by("pk")[0]

    shown = text_of(sign_in().get(reverse("admin:billing_posting_change", args=[posting.pk])))

    for words in ("Invoice INV-000001", "100.43 USD", "20.09 USD", "Tax: standard"):
        assert words in shown


@pytest.mark.parametrize(
    "page",
    ["billing_ledgeraccount_changelist", "billing_posting_changelist", "billing_month_end"],
)
def test_lists_ask_no_more_for_more_rows(page):
    profile = make_history().account.billing
    browser = sign_in()
    browser.get(reverse(f"admin:{page}"))
    with statements() as few:
        browser.get(reverse(f"admin:{page}"))
    for _ in range(5):
        make_payment(profile=profile, amount="1.00")
        make_invoice(profile=make_profile())

    with statements() as many:
        browser.get(reverse(f"admin:{page}"))
    assert len(many) == len(few) < 20


def test_a_month_is_closed_with_what_is_known_of_it():
    make_charge(account=make_history().account)
    browser = sign_in()

    refused = browser.post(CLOSE, {**MARCH, "known-unbilled": "2"})
    shown = text_of(browser.get(PAGE))
    done = browser.post(CLOSE, {**MARCH, "known-unbilled": "1"}, follow=True)

    assert refused.status_code == 422
    assert "Not done yet: Charges that are on no invoice: 1." in text_of(refused)
    assert "Charges that are on no invoice: 1. It stays for a later month." in shown
    assert "March 2026 is closed. Nothing is dated into it any more." in text_of(done)
    assert Books.objects.get().closed_through_on == date(2026, 3, 31)
    month = ClosedMonth.objects.get()
    page = text_of(browser.get(reverse("admin:billing_closedmonth_change", args=[month.pk])))
    assert "Charges that are on no invoice" in page
    assert "61.81 USD" in page


def test_what_does_not_agree_is_shown_and_nothing_is_closed():
    make_invoice()
    with unfrozen(connection):
        OpenItem.objects.update(open_amount=1)
    browser = sign_in()

    refused = browser.post(CLOSE, MARCH)
    check = LedgerCheck.objects.get()
    found = text_of(browser.get(reverse("admin:billing_ledgercheck_change", args=[check.pk])))

    assert "2 things do not agree" in text_of(refused)
    assert "INV-000001 of 120.00 has 1.00 open, though 0.00 of it is settled." in found
    assert not ClosedMonth.objects.exists()


def test_a_month_that_is_under_way_is_shown_and_not_closed():
    make_invoice(issued_on=date(2026, 4, 1))
    browser = sign_in()

    assert "It can be closed once 30 Apr 2026 is over in UTC." in text_of(browser.get(PAGE))
    assert "is over after 2026-04-30 in UTC" in text_of(
        browser.post(CLOSE, {"month": "2026-04-01"})
    )
    assert "Which month?" in text_of(browser.post(CLOSE, {"month": "soon"}))


def test_the_ledger_is_verified_by_hand_and_by_night():
    make_history()
    browser = sign_in()
    assert "Never yet" in text_of(browser.get(PAGE))

    by_hand = browser.post(CHECK, follow=True)
    verify_ledger()

    assert "nothing found" in text_of(by_hand)
    kept = LedgerCheck.objects.order_by("pk").values_list("checked_by__username", "found_count")
    assert list(kept) == [("kim.finance", 0), (None, 0)]


def test_the_zone_of_the_books_is_set():
    make_invoice()
    browser = sign_in()

    refused = browser.post(ZONE, {"time_zone": "Atlantis"})
    browser.post(ZONE, {"time_zone": "Europe/Berlin"})

    assert (refused.status_code, Books.objects.get().time_zone) == (422, "Europe/Berlin")


@pytest.mark.parametrize(
    ("role", "statuses"),
    [
        ("Support agents", [403, 403, 403, 403]),
        ("Duty managers", [200, 403, 403, 403]),
        ("Finance", [200, 302, 422, 422]),
    ],
)
def test_who_may_close_a_month(role, statuses):
    browser = sign_in(role)

    answers = [browser.get(PAGE), *(browser.post(url) for url in (CHECK, CLOSE, ZONE))]

    assert [answer.status_code for answer in answers] == statuses
