"""Tokens of the API in the portal: made and shown once, ended, and never more than one may."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.urls import reverse

from apps.contracts.models import ApiToken
from apps.contracts.services import end_token
from apps.contracts.services.api_tokens import SHOWN
from apps.outbox.models import Message
from tests.api_made import ROOT, asking, make_token
from tests.factories import MORNING, make_order, make_staff
from tests.portal_made import make_person, signed_in

pytestmark = pytest.mark.django_db
NEW, LIST = reverse("portal:token_new"), reverse("portal:tokens")


def sent(person, **facts):
    return {"name": "Dashboard", "person": person.pk, "scopes": ["tickets:read"]} | facts


def told(topic):
    return sorted(Message.objects.filter(topic=topic).values_list("recipient", flat=True))


def names(page):
    return [row.token.name for row in page.context["rows"]]


@pytest.mark.clause("V-3.5")
@time_machine.travel(MORNING, tick=False)
def test_a_token_is_shown_on_the_answer_alone_and_ends_when_that_was_asked_twice():
    nadia = make_person()
    rosa = make_person(order=nadia.order, may_manage_users=False)
    make_person(order=make_order(account=nadia.order.account))
    browser = signed_in(nadia)

    made = browser.post(NEW, sent(rosa))
    [secret] = SHOWN.findall(made.text)
    again = browser.post(NEW, sent(rosa))
    token = ApiToken.objects.get()
    listed = browser.get(LIST)
    end = reverse("portal:token_end", args=[token.pk])
    asked = [browser.get(end).status_code, asking(secret).get(f"{ROOT}/token").status_code]
    ended = browser.post(end)
    told_off = [browser.get(end).status_code, asking(secret).get(f"{ROOT}/token").status_code]

    kept = [*Message.objects.values(), *ApiToken.objects.values(), dict(browser.session)]
    assert (made.status_code, "no-store" in made["Cache-Control"]) == (200, True)
    # A page that is loaded anew sends the form again: it makes no second one.
    assert (again.status_code, list(again.context["form"].errors)) == (422, ["name"])
    assert (names(listed), secret in listed.text + str(kept)) == (["Dashboard"], False)
    assert (token.person, token.made_by, token.scopes) == (rosa, nadia.user, ["tickets:read"])
    assert (asked, ended.url, told_off) == ([200, 200], LIST, [302, 401])
    assert (names(browser.get(LIST)), names(browser.get(LIST + "?over=1"))) == ([], ["Dashboard"])
    assert told("token.made") == told("token.ended") == sorted([nadia.email, rosa.email])


@pytest.mark.clause("V-3.5")
@time_machine.travel(MORNING, tick=False)
def test_who_manages_users_gives_a_token_no_more_than_they_may():
    nadia = make_person(may_see_invoices=False, sees_all_tickets=False)
    rosa = make_person(order=nadia.order, sees_all_tickets=True)
    blind = make_person(order=nadia.order, may_see_invoices=False)
    stranger = make_person(order=make_order(account=nadia.order.account))
    browser = signed_in(nadia)
    shown = browser.get(NEW)

    refused = {
        "bills of somebody": sent(rosa, scopes=["billing:read"]),
        "tickets of all": sent(rosa, scopes=["tickets:read"]),
        "bills of nobody": sent(blind, scopes=["billing:read"]),
        "no scope": sent(rosa, scopes=[]),
        "an unknown scope": sent(rosa, scopes=["everything"]),
        "of another order": sent(stranger),
        "a day that is over": sent(nadia, ends_on="2020-01-01"),
        "no day": sent(nadia, ends_on="9999-12-31"),
    }
    answers = {why: browser.post(NEW, facts) for why, facts in refused.items()}
    got = browser.post(NEW, sent(rosa, scopes=["standing:read", "notices:read"]))

    assert {why: list(each.context["form"].errors) for why, each in answers.items()} == {
        "bills of somebody": ["person"],
        "tickets of all": ["person"],
        "bills of nobody": ["scopes"],
        "no scope": ["scopes"],
        "an unknown scope": ["scopes"],
        "of another order": ["person"],
        "a day that is over": ["ends_on"],
        "no day": ["ends_on"],
    }
    assert {each.status_code for each in answers.values()} == {422}
    shut = [tick.key for tick in shown.context["form"].ticks if tick.is_shut]
    assert (shut, got.status_code, ApiToken.objects.count()) == (["billing:read"], 200, 1)


@time_machine.travel(MORNING, tick=False)
def test_a_token_holds_to_the_end_of_its_last_day_where_the_reader_is():
    nadia = make_person()
    nadia.user.time_zone = "America/New_York"
    nadia.user.save()

    signed_in(nadia).post(NEW, sent(nadia, ends_on="2027-06-30"))

    assert ApiToken.objects.get().expires_at == datetime(2027, 7, 1, 4, tzinfo=UTC)


@pytest.mark.clause("V-3.5")
def test_the_lists_hold_the_tokens_of_orders_whose_users_one_manages():
    nadia = make_person()
    colleague = make_person(order=make_order(account=nadia.order.account))
    make_token(person=colleague)
    first, ours = make_token(person=nadia)[0], make_token(person=nadia)[0]
    gone = make_person(order=nadia.order)
    of_gone, _ = make_token(person=gone)
    gone.is_active = False
    gone.save()
    ran_out, _ = make_token(person=nadia, expires_at=datetime(2030, 1, 1, tzinfo=UTC))
    ApiToken.objects.filter(pk=ran_out.pk).update(expires_at=MORNING)
    end_token(token=first, by=make_staff(), at=MORNING)

    browser = signed_in(nadia)
    over = browser.get(LIST + "?over=1")

    assert names(browser.get(LIST)) == [ours.name]
    assert [(row.token, str(row.state)) for row in over.context["rows"]] == [
        (ran_out, "Run out"),
        (of_gone, "Its person has ended"),
        (first, "Ended"),
    ]
