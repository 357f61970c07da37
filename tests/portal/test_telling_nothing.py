"""Nobody learns who has a login here: what is answered, done and worked out is the same for all."""

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail, signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.contracts import services
from apps.outbox.models import Message
from apps.outbox.services import deliver_pending
from tests.factories import MORNING, make_client, make_staff
from tests.portal.sign_in_pages import LOGIN, give_factors, somebody

pytestmark = [pytest.mark.django_db, pytest.mark.clause("V-3.5")]
RESET = reverse("account_reset_password")
NOBODY = "nobody@client.example.com"


class Counting(MD5PasswordHasher):
    """Django's hasher of the tests, and how often a password was worked out."""

    done = 0

    def encode(self, password: str, salt: str) -> str:
        Counting.done += 1
        return super().encode(password, salt)


def logins():
    """Everybody whom a stranger might try: kind -> what they type."""
    plain, careful, ended, new = somebody(), somebody(), somebody(), somebody()
    give_factors(careful)
    ended.user.is_active = False
    ended.user.save()
    new.user.set_unusable_password()
    new.user.save()
    staff = make_staff()
    services.invite(person=make_client(email="invited@client.example.com"), by=None, at=MORNING)
    return {
        "has a login": plain.email,
        "in other letters": plain.email.title(),
        "has a second factor": careful.email,
        "may not sign in": ended.email,
        "has no password": new.email,
        "staff, by name": staff.username,
        "staff, by address": staff.email,
        "invited": "invited@client.example.com",
        "nobody": NOBODY,
        "no address": "nobody",
    }


def test_a_wrong_password_tells_nothing_by_its_answer_nor_by_the_time_it_takes(settings):
    settings.PASSWORD_HASHERS = [f"{__name__}.Counting"]
    told = {}
    for kind, login in logins().items():
        Counting.done = 0
        with CaptureQueriesContext(connection) as queries:
            answer = Client().post(LOGIN, {"login": login, "password": "not it, surely"})
        page = answer.content.replace(login.encode(), b"").partition(b"csrfmiddlewaretoken")[0]
        errors = [*answer.context["form"].non_field_errors()]
        told[kind] = (answer.status_code, page, errors, Counting.done, len(queries))

    wrong = ["The address or name and the password do not belong together."]
    assert {kind: told[kind] for kind in told if told[kind] != told["nobody"]} == {}
    assert told["nobody"][2:4] == (wrong, 1)


def test_who_has_no_login_is_held_up_after_as_many_attempts_as_who_has_one():
    def errors(login):
        sent = {"login": login, "password": "not it, surely"}
        return [[*Client().post(LOGIN, sent).context["form"].non_field_errors()] for _ in range(6)]

    assert errors(somebody().email) == errors(NOBODY)


def test_asking_for_a_new_password_tells_nothing_and_mails_only_who_may_sign_in():
    told = {}
    asked = logins()
    del asked["no address"], asked["staff, by name"]
    deliver_pending(at=timezone.now())
    mail.outbox.clear()
    for kind, address in asked.items():
        before = Message.objects.count()
        with CaptureQueriesContext(connection) as queries:
            answer = Client().post(RESET, {"email": address})
        told[kind] = (answer.status_code, answer["Location"], len(queries))
        assert Message.objects.count() - before == 1

    assert set(told.values()) == {told["nobody"]}
    deliver_pending(at=timezone.now())
    kinds = ["has a login", "in other letters", "has a second factor", "has no password"]
    mailed = {address.lower() for each in mail.outbox for address in each.to}
    assert mailed == {asked[kind].lower() for kind in [*kinds, "staff, by address"]}


def test_inviting_does_the_same_whether_somebody_signs_in_with_the_address_or_not():
    somebody_else = somebody()
    people = [make_client(email=email) for email in (somebody_else.email, NOBODY)]
    done = []
    for person in people:
        with CaptureQueriesContext(connection) as queries:
            services.invite(person=person, by=None, at=MORNING)
        sent = Message.objects.get(recipient=person.email)
        done.append((len(queries), sent.topic))

    assert done[0] == done[1]


def test_links_that_nobody_was_sent_say_the_same_whomever_they_name():
    person = make_client()
    forged = [signing.dumps([pk, person.email, "x"], salt="guessed") for pk in (person.pk, 99)]

    pages = [Client().get(reverse("account_invitation", args=[token])) for token in forged]

    told = [(page.status_code, page.context["over"]) for page in pages]
    assert told == [(410, "This link is not complete. Copy all of it.")] * 2
