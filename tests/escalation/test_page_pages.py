"""Taking a page in hand: by the link of a message, and in the admin."""

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from apps.escalation.links import token_of
from apps.escalation.models import Page, StaffContact
from apps.escalation.services.paging import raise_page
from apps.escalation.services.reaching import add_contact
from apps.outbox.models import Message
from tests.escalation.on_call_pages import signed_in
from tests.factories import make_staff, make_ticket
from tests.on_call_made import MONDAY, make_ladder
from tests.tickets_admin.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.clause("S-2")]
LIST = reverse("admin:escalation_page_changelist")
MINE = reverse("admin:escalation_rotation_mine")
CONTACTS = reverse("admin:escalation_rotation_contacts")


@pytest.fixture(autouse=True)
def monday():
    with time_machine.travel(MONDAY, tick=False):
        yield


@pytest.fixture
def ana():
    return make_staff(name="ana")


@pytest.fixture
def page(ana):
    return raise_page(
        key="alert", subject="Line <down>", text="Help.", ladder=make_ladder(ana), at=MONDAY
    )


def link(page, user):
    return reverse("page_acknowledge", args=[token_of("page", page.pk, str(user.pk))])


def test_opening_the_link_changes_nothing_and_its_button_takes_the_page(page, ana):
    browser = Client()

    shown = browser.get(link(page, ana))
    page.refresh_from_db()

    assert (shown.status_code, page.state) == (200, "OPEN")
    assert "I have it in hand" in text_of(shown)
    answer = browser.post(link(page, ana), follow=True)
    page.refresh_from_db()
    assert (page.state, page.acknowledged_by, page.acknowledged_at) == (
        "ACKNOWLEDGED",
        ana,
        MONDAY,
    )
    assert "You have it in hand since Mon 2 Mar 2026, 14:00 UTC" in text_of(answer)


def test_who_comes_second_sees_who_has_it(page, ana):
    ben = make_staff(name="ben")
    Client().post(link(page, ana))

    answer = Client().post(link(page, ben), follow=True)

    assert "ana has it in hand since" in text_of(answer)
    assert Page.objects.get().acknowledged_by == ana


@pytest.mark.parametrize("broken", ["nonsense", "of another kind", "of somebody who left"])
def test_a_link_that_is_not_ours_leads_nowhere(page, ana, broken):
    token = "nonsense"
    if broken == "of another kind":
        token = token_of("escalation", page.pk, str(ana.pk))
    if broken == "of somebody who left":
        gone = make_staff(is_active=False)
        token = token_of("page", page.pk, str(gone.pk))

    answer = Client().post(reverse("page_acknowledge", args=[token]))

    assert answer.status_code == 404
    assert Page.objects.get().state == "OPEN"


def test_the_list_shows_first_what_is_in_nobodys_hand(page, ana):
    client, _ = signed_in("view_page")

    assert "Line <down>" in text_of(client.get(LIST))
    Client().post(link(page, ana))
    assert "Line <down>" not in text_of(client.get(LIST))
    assert "Line <down>" in text_of(client.get(LIST, {"shown": "all"}))


def test_the_page_says_whom_it_went_to_and_how(page, ana):
    client, _ = signed_in("view_page")

    text = text_of(client.get(reverse("admin:escalation_page_change", args=[page.pk])))

    assert "Nobody has it in hand" in text
    assert "ana Named on the ladder. ana@provider.example.com pending" in text
    assert "I have it in hand" not in text


def test_it_is_taken_and_joined_in_the_admin_by_those_who_may(page):
    ticket = make_ticket()
    reader, _ = signed_in("view_page")
    client, me = signed_in("view_page", "change_page")
    take, join = (
        reverse(f"admin:escalation_page_{act}", args=[page.pk]) for act in ("take", "join")
    )

    assert reader.post(take).status_code == 403
    client.post(take)
    client.post(join, {"ticket": ticket.number})

    page.refresh_from_db()
    assert (page.acknowledged_by, page.ticket) == (me, ticket)


def test_a_ticket_that_is_not_there_is_said_so(page):
    client, _ = signed_in("view_page", "change_page")
    join = reverse("admin:escalation_page_join", args=[page.pk])

    answer = client.post(join, {"ticket": "FL-999999"}, follow=True)

    assert "There is no such ticket: write its number." in text_of(answer)


def test_ones_contacts_are_added_tested_and_removed_and_their_addresses_never_shown():
    client, me = signed_in("view_rotation")
    given = {"label": "My hook", "address": "json://127.0.0.1/t0ken-of-mine"}

    client.post(CONTACTS, given)
    contact = StaffContact.objects.get()
    client.post(CONTACTS, {"act": "test", "contact": contact.pk})
    page = client.get(MINE)

    assert (contact.user, contact.address) == (me, given["address"])
    assert "json://••••" in text_of(page)
    assert "t0ken" not in page.content.decode()
    assert list(Message.objects.values_list("topic", "channel")) == [("contact.tested", "PUSH")]
    assert not hasattr(contact.history.first(), "address")
    client.post(CONTACTS, {"act": "remove", "contact": contact.pk})
    assert StaffContact.objects.count() == 0


def test_a_refused_address_is_said_beside_the_field():
    client, _ = signed_in("view_rotation")

    answer = client.post(CONTACTS, {"label": "My hook", "address": "nosuch://token"})

    assert answer.status_code == 422
    assert "This address is of no service that is known" in text_of(answer)


def test_nobody_touches_the_contacts_of_another(ana):
    contact = add_contact(user=ana, label="Hook", address="json://127.0.0.1/secret")
    client, _ = signed_in("view_rotation")

    client.post(CONTACTS, {"act": "remove", "contact": contact.pk})

    assert StaffContact.objects.count() == 1


def test_who_reads_the_outbox_cannot_take_it_in_hand_in_anothers_name(ana, page):
    add_contact(user=ana, label="Hook", address="json://127.0.0.1/secret")
    raise_page(key="more", subject="Other line", text="", ladder=page.ladder, at=MONDAY)
    boss, _ = signed_in(is_superuser=True)

    for message in Message.objects.all():
        user = message.payload["user_id"]
        token = token_of("page", message.payload["page_id"], str(user))
        url = reverse("admin:outbox_message_change", args=[message.pk])
        shown = boss.get(url).content.decode()
        assert token.rpartition(":")[2] not in shown
        assert "/pages/(a link for its recipient alone)/" in shown
    assert {message.channel for message in Message.objects.all()} == {"PAGE", "PUSH"}
