"""People and notifications in the portal: who manages whom, and what is refused."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.contracts.models import AuthorisedUser, OptOut
from apps.contracts.queries.people import edition_of
from apps.contracts.services import choose_mails, set_standing
from apps.contracts.services.orders import sign
from apps.outbox.models import Message
from apps.portal.queries.people import SHOWN
from tests.factories import MORNING, make_order, make_preset, make_staff
from tests.portal_made import make_person, signed_in
from tests.tickets.life import PREMIUM, WHOLESALE

pytestmark = pytest.mark.django_db
ROSA = {"name": "Rosa", "email": "rosa@client.example.com", "may_open": "on"}
MOST_QUERIES = 15


def manager(**facts):
    return make_person(**{"sees_all_tickets": True, **facts})


def at(name, *args):
    return reverse(f"portal:{name}", args=args)


def names(page):
    return [row.person.name for row in page.context["rows"]]


def text_of(page):
    return page.content.decode()


@pytest.mark.clause("V-3.5")
@time_machine.travel(MORNING, tick=False)
def test_who_may_manage_users_adds_changes_ends_and_brings_back():
    nadia = manager(may_see_invoices=False)
    browser = signed_in(nadia)

    # What the reader has not themselves is not given, whatever is sent.
    added = browser.post(at("person_add"), ROSA | {"may_see_invoices": "on"})
    rosa = AuthorisedUser.objects.get(email=ROSA["email"])
    first = (added.url, rosa.rights, str(browser.get(at("people")).context["rows"][1].state))
    seen = {"seen": edition_of(rosa)}
    # Somebody changes her meanwhile: what was typed is kept, and goes in once it is sent again.
    sign(rosa, reason="Typing slip", by=make_staff(), at=MORNING)
    rosa.save()
    change = ROSA | {"may_escalate": "on", "reason": "On shifts"}
    stale = browser.post(at("person", rosa.pk), change | seen)
    again = stale.context["form"]["seen"].value()
    changed = browser.post(at("person", rosa.pk), change | {"seen": again})
    ended = browser.post(at("person_end", rosa.pk), {"reason": "Left"})
    gone = names(browser.get(at("people") + "?ended=1"))
    seen = {"seen": edition_of(rosa)}
    back = browser.post(at("person", rosa.pk), ROSA | seen)

    rosa.refresh_from_db()
    page = text_of(browser.get(at("person", rosa.pk)))
    assert first == (at("people"), {"may_open"}, "Invited")
    assert (stale.status_code, changed.status_code, ended.status_code) == (422, 302, 302)
    assert (gone, back.status_code, rosa.is_active, rosa.rights) == (
        ["Rosa"],
        302,
        True,
        {"may_open"},
    )
    # Why one of ours changed something is ours.
    assert ("On shifts" in page, "Typing slip" in page) == (True, False)


@pytest.mark.clause("S-12")
def test_while_the_dashboard_is_suspended_all_is_read_and_nothing_changed():
    nadia = manager()
    otto = make_person(order=nadia.order)
    AuthorisedUser.objects.filter(pk=otto.pk).update(joined_address="old@client.example.com")
    why = {"clause": "S-12", "why": "INV-1: 140.00 USD.", "at": MORNING}
    set_standing(account=nadia.order.account, state="DASHBOARD_SUSPENDED", **why)
    browser = signed_in(nadia)
    facts = {"name": "Other", "email": otto.email, "seen": edition_of(otto)}

    read = [browser.get(at(*page)) for page in [("people",), ("person", otto.pk), ("person_add",)]]
    refused = [
        browser.post(at("person_add"), ROSA),
        browser.post(at("person", otto.pk), facts),
        browser.post(at("person_end", otto.pk), {"reason": "Left"}),
        browser.post(at("person_invite", otto.pk)),
    ]

    told = {(page.context["is_suspended"], page.context["clause"]) for page in [*read, *refused]}
    assert ([page.status_code for page in read], told) == ([200] * 3, {(True, "S-12")})
    assert [page.status_code for page in refused] == [403] * 4
    assert all(at("standing") in text_of(page) for page in refused)
    assert AuthorisedUser.objects.filter(
        name=otto.name, is_active=True, invited_at=MORNING
    ).exists()
    assert AuthorisedUser.objects.count() == 2


@pytest.mark.clause("V-3.5")
def test_the_people_of_an_order_whose_users_one_may_not_manage_are_not_there():
    nadia = manager()
    other = make_order(account=nadia.order.account)
    there = make_person(order=other)
    there.user, there.joined_address, there.email = nadia.user, "n@example.com", "n@example.com"
    there.may_manage_users = False
    there.save()
    colleague = make_person(order=other)
    browser = signed_in(nadia)

    pages = [at(name, colleague.pk) for name in ("person", "person_end", "person_invite")]
    answers = [browser.post(page, ROSA | {"reason": "x"}).status_code for page in pages]

    assert names(browser.get(at("people"))) == [nadia.name]
    # There is one order to add to: another's key, sent along, is not looked at.
    browser.post(at("person_add"), ROSA | {"order": other.pk})
    assert AuthorisedUser.objects.get(email=ROSA["email"]).order == nadia.order
    assert answers == [404] * 3


def test_a_refusal_is_said_at_its_field_and_the_invitation_says_why_not():
    nadia = manager()
    browser = signed_in(nadia)

    taken = browser.post(at("person_add"), ROSA | {"email": nadia.email})
    joined = browser.post(at("person_invite", nadia.pk))
    alone = browser.post(at("person_end", nadia.pk), {"reason": "Leaving"})

    assert (taken.status_code, list(taken.context["form"].errors)) == (422, ["email"])
    assert (joined.status_code, "in the portal since" in text_of(joined)) == (422, True)
    assert (alone.status_code, list(alone.context["form"].errors)) == (422, ["__all__"])


@time_machine.travel(MORNING + timedelta(hours=1), tick=False)
def test_who_manages_two_orders_says_to_which_one_adds_and_can_invite_anew():
    nadia = manager()
    other = manager(order=make_order(account=nadia.order.account))
    other.user, other.email, other.joined_address = nadia.user, nadia.email, nadia.email
    other.save()
    browser = signed_in(nadia)

    nowhere = browser.post(at("person_add"), ROSA)
    browser.post(at("person_add"), ROSA | {"order": other.order_id})
    rosa = AuthorisedUser.objects.get(email=ROSA["email"])
    too_soon = browser.post(at("person_invite", rosa.pk))
    with time_machine.travel(MORNING + timedelta(hours=2), tick=False):
        again = browser.post(at("person_invite", rosa.pk))
    browser.post(at("person_end", rosa.pk), {"reason": "Left"})
    ended = browser.get(at("person_end", rosa.pk))

    assert (nowhere.status_code, list(nowhere.context["form"].errors)) == (422, ["order"])
    assert (rosa.order, too_soon.status_code) == (other.order, 422)
    assert ([again.url, ended.url], rosa.invited_at) == (
        [at("person", rosa.pk)] * 2,
        MORNING + timedelta(hours=1),
    )
    assert Message.objects.filter(topic="person.invited").count() == 2


def test_the_list_has_pages_and_costs_the_same_however_long_it_is():
    nadia = manager()
    browser = signed_in(nadia)
    counts = []
    for more in (1, SHOWN + 4):
        for _ in range(more):
            make_person(order=nadia.order)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            first = browser.get(at("people"))
        counts.append(len(asked))

    second = browser.get(f"{at('people')}?after={first.context['next']}")

    everybody = AuthorisedUser.objects.order_by("name", "pk").values_list("name", flat=True)
    assert names(first) + names(second) == list(everybody)
    assert (counts[0] == counts[1], counts[0] <= MOST_QUERIES, second.context["next"]) == (
        True,
        True,
        0,
    )


@pytest.mark.clause("V-6.6", "S-12", "V-8.1.4", "S-6")
def test_everybody_chooses_their_mails_and_reads_what_they_are_owed_by_which_clause():
    premium = make_person(order=make_order(version=make_preset(slug=PREMIUM)))
    wholesale = make_person(order=make_order(version=make_preset(slug=WHOLESALE)))
    choose_mails(user=wholesale.user, unwanted={"REPORTS", "COPIES"}, at=MORNING)

    owed = {
        who: [
            ref
            for _, refs in signed_in(who).get(at("notifications")).context["mails"].owed
            for ref in refs
        ]
        for who in (premium, wholesale)
    }
    # A mail that no policy of theirs has is not shown, and what they chose of it stays.
    signed_in(wholesale).post(
        at("notifications"), {"wanted": ["COPIES", "OUTAGES", "RECEIPTS", "RELEASES"]}
    )

    assert owed == {premium: ["V-8.1.4", "V-6.6", "V-3.4.6"], wholesale: ["S-6", "S-11", "S-12"]}
    chosen = OptOut.objects.order_by("kind").values_list("user", "kind")
    assert list(chosen) == [(wholesale.user.pk, "COLLEAGUES"), (wholesale.user.pk, "REPORTS")]


def test_staff_see_what_somebody_does_not_want(client):
    person = make_person()
    for kinds in ({"COPIES", "REPORTS"}, {"REPORTS"}):
        choose_mails(user=person.user, unwanted=kinds, at=MORNING)
    client.force_login(make_staff(is_superuser=True))

    page = text_of(client.get(reverse("admin:contracts_authoriseduser_change", args=[person.pk])))

    told = [f"{OptOut.Kind('COPIES').label}, switched on", OptOut.Kind("REPORTS").label]
    assert [words in page for words in told] == [True, True]
