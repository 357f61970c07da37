"""The button of the status report: on the TAM's home and on the account's page; clicked once."""

from uuid import uuid4

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from tests.factories import MORNING, make_client, make_staff
from tests.tickets.reading import mails
from tests.tickets_admin.pages import text_of
from tests.time_made import make_premium, make_tam

pytestmark = [pytest.mark.django_db, pytest.mark.clause("V-6.1")]
HOME, TOPIC = reverse("admin:index"), "order.status_report"
BUTTON = "Send status report"


@pytest.fixture(autouse=True)
def morning():
    with time_machine.travel(MORNING, tick=False):
        yield


def in_role(role, **facts):
    user = make_staff(**facts)
    user.groups.add(Group.objects.get(name=role))
    browser = Client()
    browser.force_login(user)
    return user, browser


@pytest.fixture
def tam():
    return in_role("TAMs", name="tamar")


@pytest.fixture
def order(tam):
    order = make_premium()
    make_tam(order=order, who=tam[0])
    make_client(order=order, email="ann@client.example.com")
    return order


def page(order):
    return reverse("admin:tickets_ticket_report", args=[order.pk])


def account(order):
    return reverse("admin:contracts_account_change", args=[order.account_id])


def test_one_click_on_the_home_page_sends_it_and_says_so(tam, order):
    browser, key = tam[1], str(uuid4())
    before = text_of(browser.get(HOME))

    answers = [browser.post(page(order), {"act_key": key, "from": "home"}) for _ in range(2)]

    after = text_of(browser.get(HOME))
    assert {answer["Location"] for answer in answers} == {HOME + "#my-clients"}
    assert mails(TOPIC) == ["ann@client.example.com"]
    assert (BUTTON in before, "Last report sent" in before) == (True, False)
    assert "The status report is on its way to 1 person." in after
    assert "Last report sent 4 Mar 2026, 14:00 by tamar" in after


def test_the_form_on_the_page_is_one_that_can_be_sent(tam, order):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(tam[0])
    for url in (HOME, account(order)):
        form = browser.get(url).content.decode().split('class="fl-report"')[1].split("</form>")[0]
        given = dict(
            (field.split('"')[0], field.split('value="')[1].split('"')[0])
            for field in form.split('name="')[1:]
        )
        assert browser.post(page(order), given).status_code == 302

    assert len(mails(TOPIC)) == 2


@pytest.mark.parametrize(
    ("role", "offered"), [("Duty managers", True), ("Support agents", False), ("Finance", False)]
)
def test_the_account_page_offers_it_to_who_may(order, role, offered):
    browser = in_role(role)[1]

    shown = BUTTON in text_of(browser.get(account(order)))
    answer = browser.post(page(order), {"act_key": str(uuid4())})

    assert (shown, answer.status_code) == (offered, 302 if offered else 403)
    assert len(mails(TOPIC)) == (1 if offered else 0)
    if offered:
        assert answer["Location"] == account(order)
        assert "Last report sent" in text_of(browser.get(account(order)))


def test_the_tam_of_another_order_is_not_offered_it(order):
    browser = in_role("TAMs")[1]

    assert BUTTON not in text_of(browser.get(account(order)))
    assert browser.get(page(order)).status_code == 403


def test_who_asks_for_the_address_alone_sends_nothing(tam, order):
    assert tam[1].get(page(order))["Location"] == account(order)
    assert mails(TOPIC) == []
    order.pk = 99_999
    assert tam[1].get(page(order)).status_code == 404


@pytest.mark.parametrize("key", ["", "x"])
def test_a_form_without_its_key_is_asked_for_again(tam, order, key):
    browser = tam[1]
    browser.post(page(order), {"act_key": key, "from": "home"})

    assert "Something of the page got lost on its way" in text_of(browser.get(HOME))
    assert mails(TOPIC) == []


def test_a_client_without_anybody_to_tell_is_said(tam, order):
    order.authorised_users.update(may_open=False)
    browser = tam[1]

    browser.post(page(order), {"act_key": str(uuid4()), "from": "home"})

    assert "so there is nobody to send it to." in text_of(browser.get(HOME))
