"""The page of an account as it is opened: for each role, with hostile data, in few queries."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.contracts.models import Account, AuthorisedUser
from apps.contracts.queries.hours import _frozen
from apps.contracts.queries.terms import _published
from tests.account_made import (
    make_amendment,
    make_appointment,
    make_refused,
    make_rung,
    make_standing,
)
from tests.backoffice.making import ROLES
from tests.factories import (
    MORNING,
    make_agreed,
    make_client,
    make_order,
    make_policy,
    make_preset,
    make_service,
    make_staff,
    make_ticket,
)
from tests.maintenance_made import announced
from tests.tickets.reading import later
from tests.tickets_admin.pages import markup_of, text_of
from tests.time_made import PREMIUM, make_hours, make_premium, make_tam

pytestmark = pytest.mark.django_db
LIST = reverse("admin:contracts_account_changelist")
USERS = reverse("admin:contracts_authoriseduser_changelist")
RTL = "\u202eمشكلة في الاتصال 🚨"


def address(account: Account) -> str:
    return reverse("admin:contracts_account_change", args=[account.pk])


def open_page(browser, account):
    with time_machine.travel(later(hours=1), tick=False):
        answer = browser.get(address(account))
    assert answer.status_code == 200
    return answer


def permit(user, *codenames):
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))


def make_busy(account: Account, *, many: int) -> None:
    """Give an account so many of everything that its page shows."""
    for number in range(many):
        order = make_premium(account=account)
        order.services.add(make_service(title=f"Service {number}"))
        make_amendment(order=order, number=1, dated_on=MORNING.date())
        make_tam(order=order)
        make_hours(order=order, hours=1)
        make_rung(order=order, position=1)
        person = make_client(order=order)
        make_client(order=order, is_active=False)
        make_ticket(requester=person, severity=["I", "II", "III"][number % 3], at=MORNING)
        make_appointment(requester=person, subject="Cut-over", starts_at=later(days=1))
        make_refused(account=account, subject="Help")
    for number in range(min(many, 6)):  # one more than the page shows
        announced(person, title=f"Night work {number}")


def make_mixed(account: Account, *, many: int) -> None:
    """Give an account so many orders, each on a plan of its own, of three policies."""
    premium, wholesale = make_preset(slug=PREMIUM), make_preset(slug="skyswitch-support-2017")
    plans = [(premium, "gold"), (wholesale, ""), (make_policy(), ""), (premium, "silver")]
    for version, plan in [*plans, (premium, "platinum")][:many]:
        order = make_order(account=account, version=version, plan=plan)
        order.services.add(make_service(title=f"Service of {order}"))
        make_tam(order=order)
        make_hours(order=order, hours=1)
        make_rung(order=order, position=1)
        person = make_client(order=order)
        worst = version.severities.order_by("rank")[0]
        make_agreed(order=order, severity=worst.key, hours=6, calendar="always")
        make_ticket(requester=person, severity=worst.key, at=MORNING)
        make_appointment(requester=person, subject="Cut-over", starts_at=later(days=1))
    make_standing(account=account, state="SUPPORT_SUSPENDED", why="Unpaid")
    make_refused(account=account, subject="Help")


def test_the_page_takes_as_few_queries_for_thirty_of_everything_as_for_one(signed_in):
    quiet, busy = (Account.objects.create(name=name) for name in ("Quiet", "Busy"))
    make_busy(quiet, many=1)
    make_busy(busy, many=30)

    for role in ("superuser", "Support agents", "Finance"):
        browser = signed_in(role)
        open_page(browser, quiet)  # published terms and hours are read once a process
        counts = []
        for account in (quiet, busy):
            with CaptureQueriesContext(connection) as found:
                open_page(browser, account)
            counts.append(len(found))

        assert markup_of(open_page(browser, busy)).count("Night work ") == 5
        assert (role, counts[0]) == (role, counts[1])
        assert counts[0] <= 25


def test_tickets_under_many_policies_cost_no_more_queries(signed_in):
    account = Account.objects.create(name="Two policies")
    for order in (make_order(account=account), make_premium(account=account)):
        severity = "1" if order.plan.key == "berth" else "I"
        make_ticket(requester=make_client(order=order), severity=severity, at=MORNING)
    browser = signed_in("Support agents")
    open_page(browser, account)

    with CaptureQueriesContext(connection) as found:
        page = open_page(browser, account).context["page"]

    assert [row.ticket.severity.key for row in page.tickets.rows] == ["1", "I"]
    assert len(found) <= 25


@pytest.mark.parametrize("role", ["superuser", "Support agents", "TAMs"])
@pytest.mark.parametrize("many", [1, 5])
def test_a_process_that_knows_no_terms_and_hours_opens_the_page_in_few_queries(
    signed_in, role, many
):
    account = Account.objects.create(name="Cold")
    make_mixed(account, many=many)
    browser = signed_in(role)
    ContentType.objects.clear_cache()
    _published.cache_clear()
    _frozen.cache_clear()

    with CaptureQueriesContext(connection) as found:
        page = open_page(browser, account).context["page"]

    assert len({running.order.plan_id for running in page.orders.running}) == many
    assert len(page.tickets.rows) == many
    assert len(found) <= 25


@pytest.mark.parametrize("role", [role for role in ROLES if role])
def test_each_role_opens_the_page(signed_in, role):
    account = Account.objects.create(name="Busy")
    make_busy(account, many=1)

    page = open_page(signed_in(role), account).context["page"]

    assert None not in (page.standing, page.orders, page.people, page.rungs, page.tickets)
    assert None not in (page.appointments, page.refused, page.events)


def test_who_may_see_accounts_alone_sees_nothing_else(client):
    account = Account.objects.create(name="Busy")
    make_busy(account, many=1)
    make_standing(account=account, state="SUPPORT_SUSPENDED", why="Unpaid")
    clerk = make_staff()
    permit(clerk, "view_account")
    client.force_login(clerk)

    answer = open_page(client, account)

    page = answer.context["page"]
    assert {getattr(page, name) for name in page.__slots__ if name != "account"} == {None}
    assert "Unpaid" not in text_of(answer)


def test_who_may_see_orders_but_no_tams_and_no_time_sees_neither(client):
    account = Account.objects.create(name="Busy")
    make_busy(account, many=1)
    clerk = make_staff()
    permit(clerk, "view_account", "view_order")
    client.force_login(clerk)

    (running,) = open_page(client, account).context["page"].orders.running

    assert (running.tam, running.coming, running.month) == (None, None, None)


@pytest.mark.parametrize(
    ("role", "acts"),
    [
        ("superuser", {"New request …", "Change standing …", "Edit the account"}),
        ("Administrators", {"New request …", "Change standing …", "Edit the account"}),
        ("Duty managers", {"New request …"}),
        ("Support agents", {"New request …"}),
        ("TAMs", {"New request …"}),
        ("Finance", {"Change standing …"}),
    ],
)
def test_each_role_is_offered_what_it_may_do(signed_in, role, acts):
    account = make_order().account

    text = text_of(open_page(signed_in(role), account))

    every = {"New request …", "Change standing …", "Edit the account"}
    assert {act for act in every if act in text} == acts


def test_hostile_words_are_shown_as_they_were_written(signed_in):
    account = Account.objects.create(name="<b>" + "A" * 150)
    order = make_order(account=account)
    person = make_client(order=order)
    person.name = RTL
    person.save()
    make_ticket(requester=person, subject="<script>alert(1)</script>" + "x" * 200)
    make_rung(order=order, position=1, title="</h2><i>", phone="+1 (212) 555-0100 ext")
    make_refused(account=account, subject="<img src=x>", why="<script>alert(2)</script>")
    make_appointment(requester=person, subject="<svg/onload=1>", starts_at=later(days=1))

    markup = markup_of(open_page(signed_in("superuser"), account))

    for hostile in ["<script>alert", "<b>AAA", "</h2><i>", "<img src=x>", "<svg/onload"]:
        assert hostile not in markup
    assert "&lt;script&gt;alert(1)&lt;/script&gt;xxx" in markup
    assert f"<bdi>{RTL}</bdi>" in markup
    assert 'href="tel:+12125550100"' in markup


def test_a_number_that_no_telephone_could_dial_is_no_link(signed_in):
    order = make_order()
    make_rung(order=order, position=1, phone="by the reception")

    markup = markup_of(open_page(signed_in("superuser"), order.account))

    assert "by the reception" in markup
    assert "tel:" not in markup


def test_an_account_without_anything_says_so_in_each_part(signed_in):
    text = text_of(open_page(signed_in("superuser"), Account.objects.create(name="New")))

    for words in [
        "Good standing",
        "No order is executed: nothing is owed. Add an order",
        "Nobody: users are named on an executed order's page.",
        "None agreed.",
        "Open tickets None. Closed ones",
        "Nothing happened yet.",
        "Nothing was refused.",
    ]:
        assert words in text


def test_of_five_hundred_users_thirty_are_listed_with_a_link_to_them_all(signed_in):
    order = make_order()
    AuthorisedUser.objects.bulk_create(
        AuthorisedUser(order=order, name=f"U{number}", email=f"u{number}@client.example.com")
        for number in range(500)
    )
    make_client()
    browser = signed_in("superuser")

    markup = markup_of(open_page(browser, order.account))

    assert markup.count("mailto:") == 30
    link = f"{USERS}?account={order.account_id}"
    assert link in markup
    assert browser.get(link).context["cl"].result_count == 500


@pytest.mark.parametrize("chosen", ["", "x", "0", "9" * 30, "1,2"])
def test_users_of_an_account_that_makes_no_sense_are_none(signed_in, chosen):
    make_client()

    answer = signed_in("superuser").get(USERS, {"account": chosen})

    assert answer.context["cl"].result_count == 0


def test_the_name_is_changed_on_the_page_with_its_reason(signed_in):
    account = make_order().account

    answer = signed_in("superuser").post(
        address(account), {"name": "Renamed", "change_reason": "Merged"}
    )

    account.refresh_from_db()
    assert (answer.status_code, account.name) == (302, "Renamed")
    assert account.history.first().history_change_reason == "Merged"


def test_a_name_that_is_taken_opens_the_form_with_the_reason(signed_in):
    account, other = make_order().account, make_order().account

    answer = signed_in("superuser").post(address(account), {"name": other.name})

    assert answer.status_code == 200
    assert '<details class="fl-card tk-fold ac-edit" id="edit" open>' in markup_of(answer)


def test_a_window_to_pick_an_account_in_shows_the_form_alone(signed_in):
    account = make_order().account

    markup = markup_of(signed_in("superuser").get(address(account) + "?_popup=1"))

    assert ('name="name"' in markup, "ac-page" in markup) == (True, False)


@pytest.mark.parametrize("words", ["harbour", "ORD-ab", "ADA@client", "  ada@client.example.com "])
def test_an_account_is_found_by_name_order_number_and_address_once(signed_in, words):
    account = Account.objects.create(name="Harbourline")
    order = make_order(account=account)
    order.number = "ORD-AB12"
    order.save()
    make_client(order=order, email="ada@client.example.com")
    second = make_order(account=account)
    make_client(order=second, email="ada@client.example.com")
    make_client(email="bob@elsewhere.example.com")

    answer = signed_in("superuser").get(LIST, {"q": words})

    assert [*answer.context["cl"].result_list] == [account]


def test_the_bar_of_used_time_warns_before_the_limit_and_alarms_at_it(signed_in):
    account = Account.objects.create(name="Busy")
    order = make_premium(account=account, plan="silver")
    make_tam(order=order)
    browser = signed_in("superuser")
    bars = []

    for hours in (6, 0.5, 1.5):  # of eight: 75 %, 81 %, 100 %
        with time_machine.travel(MORNING, tick=False):
            make_hours(order=order, hours=hours)
        bars.append(bar_of(markup_of(open_page(browser, account))))

    assert bars == [("", "75"), ("ac-amber", "81"), ("ac-red", "100")]


def bar_of(markup: str) -> tuple[str, str]:
    bar = markup.partition('<div class="ac-bar"')[2].partition("</div>")[0]
    tone = bar.partition('<span class="')[2].partition('"')[0]
    return tone, bar.partition("width: ")[2].partition("%")[0]


def test_times_are_the_readers(signed_in):
    person = make_client()
    make_appointment(requester=person, subject="Cut-over", starts_at=MORNING + timedelta(days=1))
    browser = signed_in("superuser")
    user = browser.get(LIST).wsgi_request.user
    user.time_zone = "Asia/Tokyo"
    user.save()

    text = text_of(open_page(browser, person.order.account))

    assert "Thu 5 Mar 2026, 23:00 JST (Thu 5 Mar 2026, 09:00 EST)" in text
