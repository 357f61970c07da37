"""Every page of signing in: to who is signed out, by the wrong method, and without the token."""

from urllib.parse import unquote

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.test import Client
from django.utils import timezone

from apps.contracts import services
from apps.contracts.services.invitations import token_of
from apps.outbox.models import Message
from tests.factories import make_client
from tests.portal.sign_in_pages import (
    CLOSED,
    HOME,
    LOGIN,
    PATTERNS,
    give_factors,
    inline_in,
    log_in,
    prove,
    somebody,
    where,
)

pytestmark = pytest.mark.django_db
# What is shown to who is signed out. All else but an invitation leads to signing in.
FOR_ALL = [
    "account_login",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
]
# Only who has no password sets a first one; a passkey's sign-in answers the script of a page.
NEVER_SHOWN = {"account_set_password", "mfa_login_webauthn"}
LEAD_BACK = ["account_logout", "mfa_authenticate", "mfa_login_webauthn"]  # to no page in particular


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Somebody with every factor in their browser, and links that hold; rolled back at the end."""
    from django.db import transaction  # noqa: PLC0415 (the database is there from here on)

    with django_db_blocker.unblock(), transaction.atomic():
        person = somebody()
        browser = log_in(person.email)
        prove(browser)
        passkey = give_factors(person)
        guest = make_client()
        services.invite(person=guest, by=None, at=timezone.now())
        guest.refresh_from_db()
        yield person, browser, passkey, token_of(guest)
        transaction.set_rollback(True)


def test_who_is_signed_out_sees_no_page_of_a_persons_own():
    told = {name: Client().get(where(name)) for name in PATTERNS}

    sent_on = {
        name: unquote(answer.url) for name, answer in told.items() if answer.status_code == 302
    }
    shown = [name for name, answer in told.items() if answer.status_code == 200]
    assert shown == [name for name in PATTERNS if name in FOR_ALL]
    assert [name for name in told if told[name].status_code == 404] == CLOSED
    assert told["account_invitation"].status_code == 410
    assert sent_on == {
        name: LOGIN if name in LEAD_BACK else f"{LOGIN}?next={where(name)}"
        for name in PATTERNS
        if name not in [*FOR_ALL, *CLOSED, "account_invitation"]
    }


def test_a_form_without_its_token_is_refused():
    browser = Client(enforce_csrf_checks=True)

    taken = [name for name in PATTERNS if browser.post(where(name)).status_code != 403]

    assert taken == []


def test_reading_pages_changes_nothing_and_nobody_keeps_a_copy(world):
    person, browser, passkey, token = world

    def all_there_is():
        person.user.refresh_from_db()
        return (
            person.user.password,
            sorted(Authenticator.objects.values_list("pk", "type")),
            list(EmailAddress.objects.values_list("pk", "verified")),
            list(UserSession.objects.values_list("pk")),
            Message.objects.count(),
            services.read_invitation(token=token, at=timezone.now()).user,
        )

    before = all_there_is()
    answers = {
        name: browser.get(where(name, pk=passkey.pk, token=token))
        for name in PATTERNS
        if name not in CLOSED
    }

    assert all_there_is() == before
    kept = [name for name, answer in answers.items() if "no-store" not in answer["Cache-Control"]]
    assert kept == []
    assert browser.get(HOME).status_code == 200


def test_no_page_has_a_script_or_a_style_within_it(world):
    person, browser, passkey, token = world
    names = [name for name in PATTERNS if name not in CLOSED]
    bare = log_in(somebody().email)
    prove(bare)
    readers = {"out": Client(), "half": log_in(person.email), "in": browser, "bare": bare}

    answers = {
        (who, name): reader.get(where(name, pk=passkey.pk, token=token))
        for who, reader in readers.items()
        for name in names
    }
    answers["in", "home"] = browser.get(HOME)

    read = {name for (_, name), answer in answers.items() if answer.status_code == 200}
    assert read == {*names, "home"} - NEVER_SHOWN
    found = {page: list(inline_in(answer.text)) for page, answer in answers.items()}
    assert {page: parts for page, parts in found.items() if parts} == {}
