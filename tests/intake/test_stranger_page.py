"""Somebody who is not listed: entered on a page, refused in words, and kept."""

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.urls import reverse

from apps.contracts.models import Account
from apps.intake.models import RefusedRequest
from tests.factories import MORNING, make_client, make_order, make_staff
from tests.intake.refused_forms import begins_at, links_of_summary, refused_inputs
from tests.tickets_admin.pages import text_of

pytestmark = pytest.mark.django_db
NEW = reverse("admin:intake_request_new")
STRANGER = reverse("admin:intake_request_stranger")
KEY = "7b1b1a55-0a8c-4f0e-9a4c-6a8f6f0d3a11"


@pytest.fixture(autouse=True)
def morning():
    with time_machine.travel(MORNING, tick=False):
        yield


@pytest.fixture
def browser(client):
    agent = make_staff(name="dana")
    agent.groups.add(Group.objects.get(name="Support agents"))
    client.force_login(agent)
    return client


def form(**given):
    return {
        "act_key": KEY,
        "sender": "eve@example.net",
        "account": "",
        "channel": "PHONE",
        "subject": "Calls drop",
        "text": "Since nine.\r\nAll of them.",
        **given,
    }


def errors(answer):
    return {name: list(said) for name, said in answer.context["form"].errors.items()}


@pytest.mark.clause("V-3.5", "V-1.2")
def test_what_a_stranger_asks_is_kept_and_the_page_shows_every_step(browser):
    order = make_order(account=Account.objects.create(name="Harbour Lights"))

    answer = browser.post(STRANGER, form(account="harbour"), follow=True)

    row = RefusedRequest.objects.get()
    page = reverse("admin:intake_refusedrequest_change", args=[row.pk])
    assert answer.redirect_chain == [(page, 302)]
    assert (row.order, row.sender, row.text) == (
        *(order, "eve@example.net", "Since nine.\nAll of them."),
    )
    assert (row.by.username, row.channel, row.subject) == ("dana", "PHONE", "Calls drop")
    assert [check.holds for check in answer.context["checks"]] == [True, True, False]
    text = text_of(answer)
    assert "Refused, and kept. eve@example.net is told by mail." in text
    assert "Calls drop, asked by eve@example.net" in text


@pytest.mark.clause("V-3.5")
def test_who_leaves_only_a_name_is_told_by_us(browser):
    answer = browser.post(STRANGER, form(sender="  Eve  Night "), follow=True)

    assert RefusedRequest.objects.get().sender == "Eve Night"
    assert "Refused, and kept. Eve Night was not written to: tell them." in text_of(answer)


@pytest.mark.clause("V-1.2")
def test_sent_twice_it_is_kept_once_and_other_words_are_another(browser):
    for given in (form(), form(), form(subject="Fax")):
        browser.post(STRANGER, given)

    assert RefusedRequest.objects.count() == 2


@pytest.mark.clause("V-3.5")
def test_an_authorised_user_is_to_be_found_instead(browser):
    kim = make_client(email="kim@client.example.com")

    answer = browser.post(STRANGER, form(sender=kim.email))

    said = (
        f"{kim.email} is an authorised user of order {kim.order}: find them by that address,"
        " and ask in their name."
    )
    assert (answer.status_code, errors(answer)) == (422, {"sender": [said]})
    assert refused_inputs(answer) == {"stranger_sender": True}
    assert answer.context["form"]["subject"].value() == "Calls drop"
    assert RefusedRequest.objects.count() == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("Nothing", "No account has that name: leave it empty if none fits."),
        ("%", "No account has that name: leave it empty if none fits."),
        ("North", "Several fit: “North Quay”, “North Sea”. Write the whole name."),
        (
            "r",
            "Several fit: “Far”, “Fjord”, “Harbour”, “Harbour Lights”, “North Quay” and more."
            " Write the whole name.",
        ),
        ("a\0", "Null characters are not allowed."),
    ],
)
def test_an_account_that_is_not_named_plainly_is_asked_for(browser, words, said):
    _make_accounts()

    answer = browser.post(STRANGER, form(account=words))

    assert (answer.status_code, errors(answer)) == (422, {"account": [said]})
    assert refused_inputs(answer) == {"stranger_account": True}


@pytest.mark.parametrize(
    ("words", "name"),
    [("harbour", "Harbour"), ("lights", "Harbour Lights"), ("  north   SEA ", "North Sea")],
)
def test_an_account_is_named_whole_or_by_a_part_that_only_it_has(browser, words, name):
    _make_accounts()

    browser.post(STRANGER, form(account=words))

    assert RefusedRequest.objects.get().account.name == name


def _make_accounts():
    for name in ("Far", "Fjord", "Harbour", "Harbour Lights", "North Quay", "North Sea"):
        Account.objects.create(name=name)


def test_a_refused_form_leads_to_each_field_and_begins_with_the_first(browser):
    answer = browser.post(STRANGER, form(sender=" ", subject="", text=""))

    assert links_of_summary(answer) == ["#stranger_sender", "#stranger_subject", "#stranger_text"]
    assert begins_at(answer) == ["stranger_sender"]


def test_a_lost_key_is_said_where_the_browser_begins(browser):
    answer = browser.post(STRANGER, form(act_key="x"))

    assert errors(answer) == {
        "act_key": ["Something of the page got lost on its way: send it once more."]
    }
    assert begins_at(answer) == ["alert"]


def test_the_search_leads_to_the_form_with_what_was_typed(browser):
    account = make_order().account

    found = browser.get(NEW, {"q": "eve@example.net"})
    carried = browser.get(found.context["stranger_url"]).context["form"]
    of_account = browser.get(browser.get(NEW, {"account": account.pk}).context["stranger_url"])

    assert "Nobody fits." in text_of(found)
    assert carried["sender"].value() == "eve@example.net"
    assert str(of_account.context["form"]["account"].value()) == account.name
    assert browser.get(STRANGER, {"account": "9" * 40, "q": "\0"}).status_code == 200


@pytest.mark.parametrize(("role", "status"), [("Duty managers", 200), ("Finance", 403)])
def test_who_may_not_work_on_tickets_refuses_nobody(client, role, status):
    person = make_staff()
    person.groups.add(Group.objects.get(name=role))
    client.force_login(person)

    assert client.get(STRANGER).status_code == status
    assert client.post(STRANGER, form(), follow=True).status_code == status
    assert RefusedRequest.objects.count() == (1 if status == 200 else 0)
