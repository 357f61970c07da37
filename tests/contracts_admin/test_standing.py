"""Changing an account's standing on its page: for those who may, with a reason."""

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.urls import reverse

from apps.contracts.models import Standing
from tests.contracts.presets import S
from tests.factories import MORNING, make_order, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def morning():
    with time_machine.travel(MORNING, tick=False):
        yield


@pytest.fixture
def account(presets):
    return make_order(version=presets[S.policy.slug]).account


def page(account) -> str:
    return reverse("admin:contracts_account_standing", args=[account.pk])


def sign_in(client, role: str):
    person = make_staff()
    person.groups.add(Group.objects.get(name=role))
    client.force_login(person)
    return person


@pytest.mark.clause("S-12")
def test_finance_suspends_an_account_with_a_reason_and_the_policys_clause(client, account):
    finance = sign_in(client, "Finance")

    answer = client.post(
        page(account), {"state": "SUPPORT_SUSPENDED", "why": "Agreed by phone", "hold": "on"}
    )

    standing = Standing.objects.get(account=account)
    assert answer["Location"] == reverse("admin:contracts_account_change", args=[account.pk])
    assert (standing.state, standing.clause, standing.why) == (
        "SUPPORT_SUSPENDED",
        "S-12",
        "Agreed by phone",
    )
    assert (standing.held_by, standing.since_at) == (finance, MORNING)
    assert standing.history.get().history_user == finance


@pytest.mark.clause("S-12")
@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("Finance", 200),
        ("Administrators", 200),
        ("Duty managers", 403),
        ("Support agents", 403),
        ("TAMs", 403),
    ],
)
def test_who_may_not_change_a_standing_gets_no_page(client, account, role, status):
    sign_in(client, role)

    assert client.get(page(account)).status_code == status
    if status != 200:
        posted = client.post(page(account), {"state": "SUPPORT_SUSPENDED", "why": "x"})
        assert (posted.status_code, Standing.objects.count()) == (403, 0)


@pytest.mark.parametrize(
    ("given", "errors"),
    [
        (
            {"state": "SUPPORT_SUSPENDED", "why": " "},
            {"why": ["Say why: staff and the client are shown the reason."]},
        ),
        (
            {"state": "BAD", "why": "x"},
            {"state": ["Select a valid choice. BAD is not one of the available choices."]},
        ),
        (
            {"state": "GOOD", "why": "x\0"},
            {"why": ["Null characters are not allowed."]},
        ),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_changed(admin_client, account, given, errors):
    answer = admin_client.post(page(account), given)

    assert (answer.context["form"].errors, Standing.objects.count()) == (errors, 0)


def test_the_page_begins_with_how_it_stands_and_opening_it_changes_nothing(admin_client, account):
    assert admin_client.get(page(account)).context["form"].initial == {"state": "GOOD"}
    assert not Standing.objects.exists()
    admin_client.post(page(account), {"state": "DASHBOARD_SUSPENDED", "why": "Late"})

    assert admin_client.get(page(account)).context["form"].initial == {
        "state": "DASHBOARD_SUSPENDED",
        "hold": False,
    }


def test_the_same_again_says_that_nothing_changed(admin_client, account):
    given = {"state": "SUPPORT_SUSPENDED", "why": "Late"}
    said = [
        [
            str(note)
            for note in admin_client.post(page(account), given, follow=True).context["messages"]
        ]
        for _ in range(2)
    ]

    assert said == [[f"Standing of {account}: support suspended."], ["That is how it stands."]]


def test_an_account_that_is_not_there_is_not_found(admin_client):
    assert (
        admin_client.get(reverse("admin:contracts_account_standing", args=[10**30])).status_code
        == 404
    )
