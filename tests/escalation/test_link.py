"""The link by which a rung says that it has an escalation in hand."""

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse

from apps.escalation import services
from apps.escalation.links import SALT, token_of
from apps.outbox.models import Message as Mail
from apps.outbox.rendering import render
from tests.escalation_made import escalate, premium_ticket
from tests.factories import make_staff
from tests.tickets.reading import later

pytestmark = pytest.mark.django_db


@pytest.fixture
def found():
    return escalate(premium_ticket(subject="<b>No</b> dial tone"), words="<script>x</script>")


def link():
    row = Mail.objects.filter(topic="escalation.reached").order_by("pk")[0]
    text = render(topic=row.topic, payload=row.payload).text
    return next(line for line in text.splitlines() if "/escalations/" in line).partition("://")[2]


def path():
    return "/" + link().partition("/")[2]


@pytest.mark.clause("V-9.2")
def test_opening_it_changes_nothing_and_the_button_takes_it_in_hand(found):
    browser, page = Client(enforce_csrf_checks=True), path()

    shown = browser.get(page)
    found.refresh_from_db()
    before = found.state
    token = browser.cookies["csrftoken"].value
    pressed = browser.post(page, {"csrfmiddlewaretoken": token})

    found.refresh_from_db()
    assert (shown.status_code, before) == (200, "OPEN")
    assert (pressed.status_code, pressed["Location"]) == (302, page)
    assert (found.state, found.taken_by) == ("TAKEN", "Head of support <rung1@client.example.com>")
    assert "You have it in hand since" in browser.get(page).text


def test_a_page_of_another_site_cannot_press_it(found):
    assert Client(enforce_csrf_checks=True).post(path()).status_code == 403


def test_what_others_wrote_is_never_markup(found):
    page = Client().get(path()).text

    assert ("<script>" in page, "<b>No</b>" in page) == (False, False)
    assert "&lt;script&gt;x&lt;/script&gt;" in page


def test_who_comes_second_reads_who_has_it(found):
    services.acknowledge(escalation=found, who="kim", by=make_staff(), at=later(hours=2))
    browser = Client()

    browser.post(path_of(found))
    found.refresh_from_db()

    assert found.taken_by == "kim"
    assert "kim has it in hand since" in browser.get(path_of(found)).text


def path_of(found, kind="escalation"):
    return reverse("escalation_acknowledge", args=[token_of(kind, found.pk, "Head <h@x.example>")])


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_that_is_not_ours_opens_nothing(found, method):
    refused = escalate(found.ticket, "")
    odd = signing.dumps(["escalation", found.pk], salt=SALT)
    broken = [
        path_of(found)[:-3] + "/",
        path_of(found, "page"),
        path_of(refused),
        reverse("escalation_acknowledge", args=[odd]),
        reverse("escalation_acknowledge", args=["x"]),
    ]

    answers = [getattr(Client(), method)(each) for each in broken]

    assert [answer.status_code for answer in answers] == [404] * 5
    assert all("Copy all of it" in answer.text for answer in answers)
    found.refresh_from_db()
    assert found.state == "OPEN"


def test_it_is_kept_by_no_cache(found):
    assert "no-store" in Client().get(path())["Cache-Control"]
