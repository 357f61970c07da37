"""Taking up an invitation, and what a second factor keeps shut."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.contracts import services
from apps.contracts.models import AuthorisedUser, User
from apps.contracts.services.invitations import LASTS, join, join_as_new, read_invitation, token_of
from config.browsers import ADMIN, STRICT
from tests.factories import MORNING, make_client, make_staff
from tests.portal.sign_in_pages import LOGIN, PASSWORD, give_factors, log_in, somebody

pytestmark = [pytest.mark.django_db, pytest.mark.clause("V-3.5")]
HOME = reverse("portal:home")
NAMED = {"name": "Ada Client", "password": PASSWORD}


def invited(*, at=MORNING) -> AuthorisedUser:
    person = services.invite(person=make_client(), by=None, at=at)
    return AuthorisedUser.objects.get(pk=person.pk)


def test_an_invitation_makes_a_login_and_a_seat_once():
    person = invited()
    token = token_of(person)

    user = join_as_new(token=token, at=MORNING, **NAMED)

    person.refresh_from_db()
    assert (person.user, person.joined_at, user.email) == (user, MORNING, person.email)
    with pytest.raises(services.InvitationOver, match="taken up already"):
        join_as_new(token=token, at=MORNING, **NAMED)
    assert User.objects.count() == 1


def test_a_link_holds_through_its_last_instant():
    person = invited()

    assert read_invitation(token=token_of(person), at=MORNING + LASTS).person == person
    with pytest.raises(services.InvitationOver, match="older than 7 days"):
        read_invitation(token=token_of(person), at=MORNING + LASTS + timedelta(microseconds=1))


def test_only_the_newest_invitation_counts():
    person = invited()
    old = token_of(person)
    services.invite(person=person, by=None, at=MORNING + timedelta(hours=1))

    with pytest.raises(services.InvitationOver, match="newer invitation"):
        read_invitation(token=old, at=MORNING + timedelta(hours=1))


def test_who_was_not_invited_cannot_take_a_seat_with_anothers_link():
    person, other = invited(), somebody()
    assert other.user is not None

    with pytest.raises(services.InvitationOver, match="somebody else's address"):
        join(token=token_of(person), user=other.user, at=MORNING)

    person.refresh_from_db()
    assert (person.user, person.joined_at) == (None, None)


def test_with_another_address_a_seat_is_nobodys_until_that_one_joins():
    person = somebody()
    browser = log_in(person.email)
    person.email = "successor@client.example.com"
    person.save()  # by whatever page or sheet: no service knows of it

    left = browser.get(HOME).status_code
    services.invite(person=person, by=None, at=MORNING + timedelta(hours=1))
    person.refresh_from_db()
    successor = join_as_new(token=token_of(person), at=MORNING + timedelta(hours=1), **NAMED)

    person.refresh_from_db()
    assert (left, person.user, person.is_joined) == (404, successor, True)
    assert browser.get(HOME).status_code == 404


@pytest.mark.parametrize("sent", ["", "x", "a:b:c", "\0"])
def test_what_is_no_link_of_ours_is_refused(sent):
    with pytest.raises(services.InvitationOver, match="not complete"):
        read_invitation(token=sent, at=MORNING)


def test_a_visitor_takes_the_invitation_up_by_its_page_and_sits_in_the_portal():
    person = invited(at=timezone.now())
    browser = Client()
    page = reverse("account_invitation", args=[token_of(person)])

    browser.post(page, {"name": "Ada Client", "password": PASSWORD, "again": PASSWORD})

    assert browser.get(HOME).status_code == 200


def test_an_order_that_asks_for_a_second_factor_lets_nobody_on_without_one():
    person = somebody()
    person.order.needs_second_factor = True
    person.order.save()
    browser = log_in(person.email)

    kept_out = browser.get(HOME)
    give_factors(person)

    assert (kept_out.status_code, kept_out["Location"]) == (302, reverse("mfa_index"))
    assert browser.get(HOME).status_code == 200


def test_staff_without_a_second_factor_are_kept_out_where_it_is_asked_for(settings):
    settings.ADMIN_SECOND_FACTOR = True
    browser = Client()
    browser.force_login(make_staff(is_superuser=True))

    kept_out = browser.get(reverse("admin:index"))

    assert (kept_out.status_code, kept_out["Location"]) == (302, reverse("mfa_index"))


def test_the_session_is_another_one_after_signing_in():
    person = somebody()
    browser = Client()
    browser.get(LOGIN)
    session = browser.session
    session["planted"] = True
    session.save()
    before = session.session_key

    browser.cookies["sessionid"] = before
    browser.post(LOGIN, {"login": person.email, "password": PASSWORD})

    assert browser.session.session_key != before
    assert browser.get(HOME).status_code == 200


def test_signing_in_says_the_same_of_known_and_unknown_addresses():
    person = somebody()

    def said(login: str) -> list[str]:
        response = Client().post(LOGIN, {"login": login, "password": "not it, surely"})
        return list(response.context["form"].non_field_errors())

    wrong = ["The address or name and the password do not belong together."]
    assert (said(person.email), said("nobody@client.example.com")) == (wrong, wrong)


@pytest.mark.parametrize("elsewhere", ["https://evil.example.com/", "//evil.example.com/"])
def test_signing_in_leads_to_nowhere_outside(elsewhere):
    person = somebody()

    response = Client().post(
        LOGIN, {"login": person.email, "password": PASSWORD, "next": elsewhere}
    )

    assert (response.status_code, response["Location"]) == (302, HOME)


def test_each_part_of_the_site_has_its_policy_of_content(admin_client):
    def policy(response) -> dict[str, list[str]]:
        parts = [part.split() for part in response["Content-Security-Policy"].split(";")]
        return {name: sources for name, *sources in parts}

    assert policy(log_in(somebody().email).get(HOME)) == STRICT
    assert policy(Client().get(LOGIN)) == STRICT
    assert policy(admin_client.get(reverse("admin:index"))) == ADMIN
