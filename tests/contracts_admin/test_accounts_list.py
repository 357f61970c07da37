"""The list of accounts: how each stands, what it bought and who its TAM is, in few queries."""

import re
from html import unescape

import pytest
import time_machine
from django.urls import reverse

from apps.contracts.models import Account, Order
from tests.account_made import make_standing
from tests.contracts_admin.tam_pages import sign_in
from tests.factories import MORNING, make_client, make_order, make_staff
from tests.time_made import make_premium, make_tam

pytestmark = pytest.mark.django_db
LIST = reverse("admin:contracts_account_changelist")


@pytest.fixture(autouse=True)
def at_morning():
    with time_machine.travel(MORNING, tick=False):
        yield


def rows(answer) -> list[list[str]]:
    """Return the words of each row, a cell each, without the box to tick."""
    body = re.search(r"<table id=\"result_list\".*?</table>", answer.content.decode(), re.DOTALL)[0]
    found = [
        re.findall(r"<t[dh][^>]*class=\"[^\"]*field-[^>]*>(.*?)</t[dh]>", row, re.DOTALL)
        for row in re.findall(r"<tr.*?</tr>", body, re.DOTALL)
    ]
    return [[plain(cell) for cell in cells] for cells in found if cells]


def plain(markup: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", markup)).split())


def names(answer) -> list[str]:
    return [account.name for account in answer.context["cl"].result_list]


def test_a_row_says_how_the_account_stands_what_it_bought_and_who_its_tam_is(admin_client):
    busy = Account.objects.create(name="Busy")
    gold = make_premium(account=busy)
    make_order(account=busy, state=Order.State.DRAFT)
    make_tam(order=gold, who=make_staff(name="tamar"))
    make_standing(account=busy, state="SUPPORT_SUSPENDED", why="Unpaid")
    Account.objects.create(name="New")

    answer = admin_client.get(LIST)

    assert rows(answer) == [
        ["Busy", "Support suspended", f"{gold.number} Gold", "tamar"],
        ["New", "Good", "–", "–"],
    ]


def test_of_many_orders_the_latest_three_are_named(admin_client):
    account = Account.objects.create(name="Busy")
    orders = [make_order(account=account) for _ in range(4)]

    (row,) = rows(admin_client.get(LIST))

    shown = " ".join(f"{order.number} {order.plan}" for order in reversed(orders[1:]))
    assert row[2] == f"{shown} and more"


@pytest.mark.clause("S-12")
@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ("suspended", ["Both", "Support"]),
        ("SUPPORT_SUSPENDED", ["Support"]),
        ("DASHBOARD_SUSPENDED", ["Both"]),
        ("GOOD", ["Lifted", "New"]),
        ("nonsense", []),
    ],
)
def test_the_list_is_filtered_by_standing(admin_client, chosen, found):
    for name, state in [
        ("Support", "SUPPORT_SUSPENDED"),
        ("Both", "DASHBOARD_SUSPENDED"),
        ("Lifted", "GOOD"),
    ]:
        make_standing(account=Account.objects.create(name=name), state=state, why="Unpaid")
    Account.objects.create(name="New")

    assert names(admin_client.get(LIST, {"standing": chosen})) == found


def test_a_longer_list_takes_no_more_queries(admin_client, django_assert_max_num_queries):
    for number in range(30):
        order = make_premium(account=Account.objects.create(name=f"Reseller no. {number}"))
        make_tam(order=order)

    with django_assert_max_num_queries(12):
        answer = admin_client.get(LIST)

    assert len(rows(answer)) == 30


def test_who_may_see_accounts_alone_sees_names_alone(client):
    order = make_premium()
    make_standing(account=order.account, state="SUPPORT_SUSPENDED", why="Unpaid")
    clerk = make_staff()
    agents = sign_in(client, "Support agents")
    clerk.user_permissions.add(
        *clerk.user_permissions.model.objects.filter(codename="view_account")
    )
    agents.force_login(clerk)

    answer = agents.get(LIST)

    assert rows(answer) == [[order.account.name]]
    assert answer.context["cl"].filter_specs == []


def test_a_name_cannot_turn_round_what_follows_it(admin_client):
    Account.objects.create(name="abc\u202edef")

    assert "<bdi>abc\u202edef</bdi>" in admin_client.get(LIST).content.decode()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("  BUSY  bees", "“BUSY  bees” differs only in case"),
        ("Busy Bees", "Account with this Name already exists."),
        ("abc\u202edef", "This name has invisible marks that turn the text round."),
        ("abc\u2067def", "This name has invisible marks that turn the text round."),
    ],
)
def test_a_name_that_could_be_taken_for_another_is_refused(admin_client, name, words):
    Account.objects.create(name="Busy Bees")

    answer = admin_client.post(reverse("admin:contracts_account_add"), {"name": name})

    (error,) = answer.context["adminform"].form.errors["name"]
    assert error.startswith(words)
    assert Account.objects.count() == 1


def test_an_account_may_be_written_anew_in_other_letters(admin_client):
    account = Account.objects.create(name="busy bees")
    page = reverse("admin:contracts_account_change", args=[account.pk])

    admin_client.post(page, {"name": "Busy Bees"})

    account.refresh_from_db()
    assert account.name == "Busy Bees"


@pytest.mark.parametrize(
    ("role", "adds", "books"),
    [
        ("Duty managers", True, True),
        ("Support agents", False, True),
        ("Finance", False, False),
    ],
)
def test_the_page_leads_those_who_may_to_adding_users_and_booking(client, role, adds, books):
    person = make_client()
    account = person.order.account
    sign_in(client, role)

    text = client.get(reverse("admin:contracts_account_change", args=[account.pk])).content.decode()

    add = reverse("admin:contracts_authoriseduser_add")
    book = reverse("admin:contracts_appointment_add")
    assert [
        f"{add}?order={person.order_id}" in text,
        f"{book}?account={account.pk}" in text,
        f"{book}?requester={person.pk}" in text,
    ] == [adds, books, books]
