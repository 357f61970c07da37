"""How often somebody may try: counted for each person, and for each address they try from."""

from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import reverse

from apps.outbox.models import Message
from tests.factories import MORNING
from tests.portal.sign_in_pages import HOME, LOGIN, PASSWORD, log_in, somebody

pytestmark = pytest.mark.django_db
RESET = reverse("account_reset_password")
CODE = reverse("mfa_authenticate")
TOO_MANY = ["Too many failed attempts. Wait for five minutes, then try again."]


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(MORNING, tick=False) as clock:
        yield clock


def tried(login, password="not it, surely", *, place="192.0.2.1", **headers):
    """Try to sign in from a place; return what is said: "in", or why not."""
    browser = Client(REMOTE_ADDR=place, **headers)
    answer = browser.post(LOGIN, {"login": login, "password": password})
    if answer.status_code == 302:
        return "in"
    return [*answer.context["form"].non_field_errors()]


def test_five_wrong_passwords_hold_a_login_up_from_everywhere_for_five_minutes(clock):
    login = somebody().email
    for number in range(5):
        tried(login, place=f"192.0.2.{number}")

    held_up = tried(login.title(), PASSWORD, place="192.0.2.99")
    clock.shift(timedelta(minutes=5, seconds=1))

    assert (held_up, tried(login, PASSWORD)) == (TOO_MANY, "in")


def test_twenty_wrong_passwords_hold_a_place_up_whoever_is_tried_and_others_go_on():
    for number in range(20):
        tried(f"guess{number}@client.example.com")
    login = somebody().email

    assert tried(login, PASSWORD) == TOO_MANY
    assert tried(login, PASSWORD, place="192.0.2.2") == "in"


def test_a_place_is_not_what_a_header_says_where_no_proxy_says_it():
    for number in range(20):
        forged = f"198.51.100.{number}"
        tried(f"guess{number}@client.example.com", HTTP_X_FORWARDED_FOR=forged)

    assert tried(somebody().email, PASSWORD, HTTP_X_FORWARDED_FOR="198.51.100.99") == TOO_MANY


def test_behind_a_proxy_a_place_is_what_the_proxy_added_and_not_what_came_with_it(settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for number in range(20):
        said = f"198.51.100.{number}, 203.0.113.7"
        tried(f"guess{number}@client.example.com", HTTP_X_FORWARDED_FOR=said)
    login = somebody().email

    assert tried(login, PASSWORD, HTTP_X_FORWARDED_FOR="203.0.113.7") == TOO_MANY
    assert tried(login, PASSWORD, HTTP_X_FORWARDED_FOR="203.0.113.8") == "in"


def test_five_wrong_codes_hold_a_second_factor_up_in_every_browser(clock):
    person = somebody()
    TOTP.activate(person.user, generate_totp_secret())
    browsers = [log_in(person.email) for _ in range(2)]

    told = [browsers[0].post(CODE, {"code": "000000"}).context["form"].errors for _ in range(6)]
    elsewhere = browsers[1].post(CODE, {"code": "000000"}).context["form"].errors

    assert [each["code"] for each in (told[4], told[5], elsewhere)] == [
        ["This code is not right, or was used before."],
        *[TOO_MANY] * 2,
    ]
    assert browsers[0].get(HOME).status_code == 302


@pytest.mark.parametrize("is_known", [True, False])
def test_a_third_mail_with_a_new_password_is_the_last_for_ten_minutes(clock, is_known):
    address = somebody().email if is_known else "nobody@client.example.com"

    def ask(number):
        answer = Client(REMOTE_ADDR=f"192.0.2.{number}").post(RESET, {"email": address})
        return answer.status_code, Message.objects.count()

    told = [ask(number) for number in range(4)]
    clock.shift(timedelta(minutes=10, seconds=1))

    assert told == [(302, 1), (302, 2), (302, 3), (429, 3)]
    assert ask(5) == (302, 4)


def test_an_open_session_is_no_way_to_guess_the_password():
    person = somebody()
    browser = log_in(person.email)

    told = [
        browser.post(reverse("account_reauthenticate"), {"password": f"guess {number}"}).status_code
        for number in range(11)
    ]

    assert told == [*[200] * 10, 429]
