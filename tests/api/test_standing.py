"""What an account may do, as its dashboard is told."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from apps.api.queries.standing import UNTOLD
from apps.contracts.models import Order, Standing
from apps.contracts.services import issue_token, set_standing
from tests.api_made import ROOT, asking, make_token
from tests.factories import MORNING, make_order, make_staff
from tests.portal_made import make_person

pytestmark = pytest.mark.django_db
State = Standing.State


def standing_at(person, secret, **headers):
    where = f"{ROOT}/accounts/{person.order.account_id}/standing"
    return asking(secret).get(where, headers=headers)


def suspend(person, state):
    return set_standing(
        account=person.order.account,
        state=state,
        clause="S-12",
        why="120.00 USD are 30 days overdue. Paying them clears it.",
        by=make_staff(),
        at=MORNING,
    )


@pytest.mark.clause("S-12")
@pytest.mark.parametrize(
    ("state", "allowed", "what"),
    [
        (State.GOOD, (True, True, True), []),
        (State.SUPPORT_SUSPENDED, (True, False, True), [["other_tickets"]]),
        (
            State.DASHBOARD_SUSPENDED,
            (True, False, False),
            [["other_tickets", "dashboard_changes"]],
        ),
    ],
)
def test_each_standing_says_what_is_allowed(state, allowed, what):
    person = make_person()
    _, secret = make_token(person=person)
    if state != State.GOOD:
        suspend(person, state)

    told = standing_at(person, secret).json()

    assert (told["state"], tuple(told["allowed"].values())) == (state, allowed)
    assert [each["what"] for each in told["restrictions"]] == what


@pytest.mark.clause("S-12")
def test_a_restriction_says_since_when_why_by_which_clause_and_what_clears_it():
    person = make_person()
    _, secret = make_token(person=person)
    suspend(person, State.SUPPORT_SUSPENDED)

    [told] = standing_at(person, secret).json()["restrictions"]

    assert told == {
        "what": ["other_tickets"],
        "since": "2026-03-04T14:00:00Z",
        "reason": "Support suspended",
        "clause": "S-12",
        "clears": "120.00 USD are 30 days overdue. Paying them clears it.",
    }


@pytest.mark.clause("S-12", "V-3.5")
def test_amounts_are_told_to_who_may_see_them():
    person = make_person(may_see_invoices=False)
    scopes = ["standing:read"]
    _, secret = make_token(person=person, scopes=scopes)
    suspend(person, State.SUPPORT_SUSPENDED)

    [told] = standing_at(person, secret).json()["restrictions"]

    assert told["clears"] == UNTOLD


@pytest.mark.clause("V-1.2", "V-3.1")
@pytest.mark.parametrize(
    ("instant", "is_in_force", "since"),
    [
        ("2026-06-01T03:59:59Z", False, [None]),  # 31 May still, where the policy is
        ("2026-06-01T04:00:00Z", True, []),
        ("2026-07-01T03:59:59Z", True, []),
        ("2026-07-01T04:00:00Z", False, ["2026-07-01T04:00:00Z"]),
    ],
)
def test_support_is_owed_in_the_term_by_the_policys_day(instant, is_in_force, since):
    person = make_person(order=make_order(starts_on=date(2026, 6, 1), ends_on=date(2026, 6, 30)))
    _, secret = make_token(person=person)

    with time_machine.travel(instant, tick=False):
        told = standing_at(person, secret).json()

    allowed = {
        "service_tickets": is_in_force,
        "other_tickets": is_in_force,
        "dashboard_changes": True,
    }
    assert told["allowed"] == allowed
    assert [each["since"] for each in told["restrictions"]] == since


def test_what_has_not_changed_is_not_sent_again():
    person = make_person()
    _, secret = make_token(person=person)
    first = standing_at(person, secret)
    tag = first.headers["ETag"]

    same = [
        standing_at(person, secret, if_none_match=each).status_code
        for each in (tag, f"W/{tag}", f'"other", {tag}', '"other"')
    ]
    suspend(person, State.SUPPORT_SUSPENDED)
    after = standing_at(person, secret, if_none_match=tag)

    assert (tag, same) == (f'"{first.json()["version"]}"', [304, 304, 304, 200])
    assert (after.status_code, after.headers["ETag"] != tag) == (200, True)
    assert first.headers["Cache-Control"] == "private, max-age=60, stale-if-error=86400"
    # Of two tokens, one may tell amounts: a cache must not give its answer to the other.
    assert "Authorization" in first.headers["Vary"].split(", ")


def test_the_provider_asks_about_every_account(django_assert_num_queries):
    person, other = make_person(), make_person()
    own = issue_token(
        person=None, name="Dashboard", scopes=["standing:read"], by=make_staff(), at=MORNING
    )

    standings = [standing_at(each, own.secret).json()["account"]["id"] for each in (person, other)]
    listed = asking(own.secret).get(f"{ROOT}/accounts").json()

    assert standings == [person.order.account_id, other.order.account_id]
    assert [each["id"] for each in listed["items"]] == standings
    _, secret = make_token(person=person)
    standing_at(person, secret)  # the token is noted as used
    with django_assert_num_queries(2):  # the token with its account and standing; the orders
        standing_at(person, secret)


def test_a_list_has_pages():
    people = [make_person() for _ in range(3)]
    own = issue_token(
        person=None, name="Dashboard", scopes=["standing:read"], by=make_staff(), at=MORNING
    )
    program = asking(own.secret)

    first = program.get(f"{ROOT}/accounts", {"limit": 2}).json()
    second = program.get(f"{ROOT}/accounts", {"limit": 2, "after": first["next"]}).json()

    ids = [[each["id"] for each in page["items"]] for page in (first, second)]
    accounts = [each.order.account_id for each in people]
    assert (ids, second["next"]) == ([accounts[:2], accounts[2:]], None)


def test_without_an_order_there_is_no_support():
    person = make_person()
    _, secret = make_token(person=person)
    Order.objects.filter(pk=person.order_id).update(state=Order.State.TERMINATED)

    told = standing_at(person, secret).json()

    assert told["allowed"]["service_tickets"] is False
    what = ["service_tickets", "other_tickets"]
    # At some hour of a day it was terminated: since then, and that hour is not known.
    assert [(each["what"], each["since"]) for each in told["restrictions"]] == [(what, None)]


def test_the_document_has_no_host_of_others_and_opens_signed_out(client):
    page = client.get(reverse("api:openapi-view"))

    assert (page.status_code, b"cdn" in page.content) == (200, False)
    [images] = [
        part
        for part in page.headers["Content-Security-Policy"].split("; ")
        if part.startswith("img-src")
    ]
    assert images == "img-src 'self' data:"
