"""The home page: numbers that lead to their lists."""

import pytest
import time_machine
from django.db import connection
from django.urls import reverse

from apps.backoffice.home import _in_even_rows
from apps.billing.models import Transfer
from apps.billing.services.closing import check_ledger
from tests.backoffice.making import NOON
from tests.billing_made import make_profile
from tests.database import unfrozen
from tests.ledger_made import make_billed

pytestmark = pytest.mark.django_db
HOME = reverse("admin:index")


@pytest.fixture
def at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def tiles(response):
    return {tile["name"]: tile["count"] for tile in response.context["tiles"]}


@pytest.mark.usefixtures("demo", "at_noon")
def test_every_number_is_that_of_the_list_it_leads_to(signed_in):
    browser = signed_in("superuser")
    response = browser.get(HOME)

    there = {
        tile["name"]: str(browser.get(tile["url"]).context["cl"].result_count)
        for tile in response.context["tiles"]
    }

    assert tiles(response) == there


@pytest.mark.usefixtures("demo", "at_noon")
def test_every_bar_is_as_long_as_the_list_it_leads_to(signed_in):
    browser = signed_in("superuser")
    response = browser.get(HOME)
    queue = reverse("admin:tickets_ticket_changelist")

    bars = [bar for rows in response.context["bars"].values() for bar, _ in rows]
    there = [
        browser.get(queue, {"severity": ",".join(map(str, bar.keys))}).context["cl"].result_count
        for bar in bars
    ]

    assert [bar.count for bar in bars] == there
    assert len(bars) == 8
    assert max(bar.share for bar in bars) == 100


@pytest.mark.usefixtures("at_noon")
def test_what_falls_due_next_comes_first_with_the_service_time_that_is_left(signed_in, demo):
    response = signed_in("Duty managers").get(HOME)

    soonest = response.context["next_due"][0]
    assert (soonest["deadline"].ticket, soonest["left"]) == (demo.watch, "1 min")
    assert soonest["near"] is True
    dues = [due["deadline"].due_at for due in response.context["next_due"]]
    assert dues == sorted(dues)
    assert len(dues) <= 10


@pytest.mark.usefixtures("demo", "at_noon")
def test_the_page_takes_few_queries(signed_in, django_assert_max_num_queries):
    browser = signed_in("Duty managers")
    browser.get(HOME)  # published hours are read once a process

    with django_assert_max_num_queries(21):
        browser.get(HOME)


WATCHED = ["Missed and still open", "Our turn", "Waiting on client"]
ASKED = ["Appointments to decide", "Service requests to decide"]
WORKED = ["Unassigned", "Mine", *ASKED, "Outage reports to write"]
MONEY = ["Suspensions to confirm", "Disputed amounts to decide", "Payments to look at"]
PRICES = ["Prices to quote", "Waivers to decide"]
ON_CALL = ["Pages in nobody's hand", "Nobody on call, ahead", "Voice messages"]


@pytest.mark.usefixtures("demo", "at_noon")
@pytest.mark.parametrize(
    ("role", "names"),
    [
        (
            "Support agents",
            [*WATCHED, *WORKED, "Suspended accounts", *ON_CALL, "Mails to look at, 7 days"],
        ),
        ("Finance", [*WATCHED, "Suspended accounts", *MONEY, *PRICES, "Dead letters"]),
    ],
)
def test_each_is_shown_numbers_to_act_on_or_to_know(signed_in, role, names):
    shown = [name for name in tiles(signed_in(role).get(HOME)) if name != "Dead letters"]

    assert shown == [name for name in names if name != "Dead letters"]


@pytest.mark.parametrize(
    ("count", "a_row"), [(0, 1), (1, 1), (5, 5), (7, 7), (8, 4), (9, 5), (14, 7), (15, 5)]
)
def test_no_tile_stands_alone_in_a_row(count, a_row):
    assert _in_even_rows(count) == a_row


def test_finance_sees_what_the_last_check_of_the_ledger_found(signed_in):
    """A finding whose rows are too many to be kept one by one is counted all the same."""
    make_billed(profile=make_profile(), amounts=("10.00",))
    browser, fields = signed_in("Finance"), {"as_of": NOON.date(), "at": NOON, "by": None}
    assert "Not verified yet" in said(browser)
    check_ledger(**fields)
    assert "Verified Wed 4 Mar 2026, 12:00 UTC, by night: " in said(browser)
    assert "Nothing found" in said(browser)

    with unfrozen(connection):
        Transfer.objects.filter(posting__document__isnull=False).delete()
    found = check_ledger(at=NOON, by=None, as_of=NOON.date())
    found.pk, listed = None, len(found.findings)
    found.findings.append({"check": "payment_item", "words": "And 700 more."})
    found.save(force_insert=True)

    kinds = browser.get(HOME).context["ledger"].kinds
    assert (kinds[0], sum(count for _, count in kinds)) == (
        ("Each payment has an open item of its account, amount and date", 700),
        listed + 700,
    )
    assert f"{found.found_count} found" in said(browser)
    assert reverse("admin:billing_ledgercheck_change", args=[found.pk]) in said(browser)
    assert "Verified Wed" not in said(signed_in("Duty managers"))


def said(browser) -> str:
    return " ".join(browser.get(HOME).content.decode().split())
