"""Sessions, links and forms: none of them lets in, or leads out, whom it should not."""

import re

import pytest
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.contracts import services
from apps.contracts.services.invitations import token_of
from apps.outbox.services import deliver_pending
from config.browsers import STRICT
from tests.factories import make_client
from tests.portal.sign_in_pages import HOME, LOGIN, PASSWORD, log_in, prove, somebody
from tests.portal.test_doors import NAMED, PAGES
from tests.portal_made import make_person, signed_in

pytestmark = pytest.mark.django_db
COOKIE = settings.SESSION_COOKIE_NAME
NEW = "another staple entirely"
ELSEWHERE = [
    "https://evil.example.com/",
    "//evil.example.com/",
    "///evil.example.com/",
    "/\\evil.example.com/",
    "http:evil.example.com",
    "javascript:alert(1)",
    "https://testserver@evil.example.com/",
    "https://testserver.evil.example.com/",
]


def planted():
    """A browser with a session that somebody else knows, and its key."""
    browser = Client()
    session = browser.session
    session["planted"] = True
    session.save()
    browser.cookies[COOKIE] = session.session_key
    return browser, session.session_key


def code_of(secret):
    _, now, _ = yield_hotp_counters_from_time()
    return format_hotp_value(hotp_value(secret, now))


def test_whoever_joins_by_an_invitation_has_a_session_that_nobody_else_knows():
    guest = services.invite(person=make_client(), by=None, at=timezone.now())
    browser, key = planted()
    said = {"name": "Ada Client", "password": PASSWORD, "again": PASSWORD}

    browser.post(reverse("account_invitation", args=[token_of(guest)]), said)

    assert browser.get(HOME).status_code == 200
    assert browser.cookies[COOKIE].value != key
    assert not browser.session.exists(key)


def test_a_session_is_another_one_after_the_password_and_again_after_the_code():
    person, secret = somebody(), generate_totp_secret()
    TOTP.activate(person.user, secret)
    browser, key = planted()

    browser.post(LOGIN, {"login": person.email, "password": PASSWORD})
    half_in = browser.cookies[COOKIE].value, browser.get(HOME).status_code
    browser.post(reverse("mfa_authenticate"), {"code": code_of(secret)})

    keys = [key, half_in[0], browser.cookies[COOKIE].value]
    assert (half_in[1], browser.get(HOME).status_code, len(set(keys))) == (302, 200, 3)
    assert [browser.session.exists(each) for each in keys] == [False, False, True]


def test_a_new_password_ends_every_other_session_and_a_signed_out_one_is_over():
    person = somebody()
    here, there = log_in(person.email), log_in(person.email)
    prove(here)
    said = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    here.post(reverse("account_change_password"), said)
    stolen = Client()
    stolen.cookies[COOKIE] = here.cookies[COOKIE].value

    both = [each.get(HOME).status_code for each in (here, there)]
    here.post(reverse("account_logout"))

    assert (both, stolen.get(HOME).status_code) == ([200, 302], 302)


def test_a_link_to_a_new_password_works_once_and_ends_every_session():
    person = somebody()
    before = log_in(person.email)
    link = link_mailed_to(person)
    browser, late = Client(), Client()
    form = browser.get(link, follow=True).redirect_chain[-1][0]
    browser.post(form, {"password1": NEW, "password2": NEW})

    assert before.get(HOME).status_code == 302
    assert late.get(link).context["token_fail"] is True
    assert log_in(person.email, NEW).get(HOME).status_code == 200


def link_mailed_to(person, **headers):
    """Let somebody ask for a new password; return the address in their mail."""
    Client(**headers).post(reverse("account_reset_password"), {"email": person.email})
    deliver_pending(at=timezone.now())
    (found,) = re.findall(r"https?://\S+/reset/key/\S+", mail.outbox[-1].body)
    return found


def test_a_link_in_a_mail_leads_to_us_whatever_host_was_asked(settings):
    settings.ALLOWED_HOSTS = ["*"]
    forged = {"HTTP_HOST": "evil.example.com", "HTTP_X_FORWARDED_HOST": "evil.example.com"}

    link = link_mailed_to(somebody(), **forged)

    assert link.startswith(f"{settings.BASE_URL}/account/password/reset/key/")


def test_a_host_that_is_not_ours_is_not_answered():
    assert Client(HTTP_HOST="evil.example.com").get(LOGIN).status_code == 400


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_no_page_of_signing_in_leads_to_another_site(elsewhere):
    person = somebody()
    said = {"login": person.email, "password": PASSWORD, "next": elsewhere}
    inside = log_in(person.email)

    answers = [
        Client().post(LOGIN, said),
        Client().post(f"{LOGIN}?next={elsewhere}", {**said, "next": ""}),
        inside.get(LOGIN, {"next": elsewhere}),
        inside.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": elsewhere}),
        inside.post(reverse("account_logout"), {"next": elsewhere}),
    ]

    assert [(each.status_code, each["Location"]) for each in answers] == [
        *[(302, HOME)] * 4,
        (302, LOGIN),
    ]


def test_a_part_of_a_page_sends_whoever_is_signed_out_to_no_other_site():
    part = reverse("portal:ticket_live", args=[1])
    shown = {"HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL": "https://evil.example.com//evil/"}

    answer = Client(**shown).get(part)

    assert answer["HX-Redirect"] == f"{LOGIN}?next=//evil/"
    person = somebody()
    said = {"login": person.email, "password": PASSWORD, "next": "//evil/"}
    assert Client().post(LOGIN, said)["Location"] == HOME


def test_no_form_of_the_portal_is_taken_without_its_token():
    person = make_person()
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = signed_in(person).cookies
    paths = {
        name: reverse(
            f"portal:{name}",
            kwargs={part: NAMED[part](person) for part in page.pattern.converters},
        )
        for name, page in PAGES.items()
    }

    taken = [name for name, path in paths.items() if browser.post(path).status_code != 403]

    assert taken == []


def test_cookies_are_read_by_no_script_and_sent_along_by_no_other_site(settings):
    browser = log_in(somebody().email)
    browser.get(HOME)

    told = {name: (each["httponly"], each["samesite"]) for name, each in browser.cookies.items()}

    assert told == {
        COOKIE: (True, "Lax"),
        settings.CSRF_COOKIE_NAME: (True, "Lax"),
    }


def test_a_refusal_too_is_framed_by_nobody_and_runs_nothing():
    forged = Client(enforce_csrf_checks=True)
    answers = [
        forged.post(LOGIN),
        signed_in(make_person()).get(reverse("portal:ticket", args=[1])),
        Client().get("/nowhere/"),
        signed_in(make_person()).post(HOME),
    ]

    assert [each.status_code for each in answers] == [403, 404, 404, 405]
    policies = [
        {name: sources for name, *sources in map(str.split, policy.split(";"))}
        for policy in (each["Content-Security-Policy"] for each in answers)
    ]
    assert policies == [STRICT] * 4
    assert {each["X-Frame-Options"] for each in answers} == {"DENY"}
