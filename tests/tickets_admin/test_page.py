"""The page of a ticket: what it shows, to whom, and at what cost."""

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.intake.models import InboundMail
from apps.tickets import services
from apps.tickets.templatetags.tickets import passages
from tests.factories import MORNING, make_client, make_staff, make_ticket
from tests.tickets.reading import later
from tests.tickets_admin.pages import agent, live_of, markup_of, page_of, reader, signed_in, text_of

pytestmark = pytest.mark.django_db


def read(ticket, client=None, at=MORNING):
    with time_machine.travel(at, tick=False):
        return (client or reader()).get(page_of(ticket))


def test_the_head_says_whose_what_and_under_which_terms():
    client = make_client(email="ada@client.example.com")
    ticket = make_ticket(requester=client, severity="3", subject="Echo")

    text = text_of(read(ticket, at=later(hours=1)))

    assert f"{ticket.number} Echo Priority 3 Our turn Response 3 h left" in text
    assert f"Account {ticket.account} Order {ticket.order} Terms Berth, Harbour support v" in text
    assert "Requester Ada Client ada@client.example.com Came by E-mail" in text


@pytest.mark.clause("S-8")
def test_a_missed_deadline_says_why_step_by_step_with_its_clauses():
    ticket = make_ticket(severity="3")
    services.sweep_deadlines(at=later(hours=5))

    answer = read(ticket, at=later(hours=5))

    text = text_of(answer)
    assert "The clock starts at registration, Wed 4 Mar 2026, 14:00 UTC, as Priority 3." in text
    assert "Nothing came by then: missed." in text
    assert "H-4 The response clock From registration to the first answer." in text
    assert f"policyversion/{ticket.version_id}/change/#clause-H-4" in answer.content.decode()


def test_instants_are_in_the_readers_zone_with_the_policys_beside():
    ticket = make_ticket(severity="3")
    client, _ = signed_in("view_ticket")
    user = make_staff(name="bo", is_superuser=True)
    user.time_zone = "Europe/Berlin"
    user.save()
    client.force_login(user)

    text = text_of(read(ticket, client))

    assert "Due Wed 4 Mar 2026, 19:00 CET (Wed 4 Mar 2026, 13:00 EST)" in text


def test_what_is_owed_without_a_time_says_so_with_its_clause():
    text = text_of(read(make_ticket(severity="1")))

    assert "Resolution Best effort: owed, but with no fixed time. H-3" in text


def test_what_happened_is_told_in_words():
    ticket = make_ticket(severity="3")
    me = make_staff(name="mo")
    act = {"ticket": ticket, "by": me, "at": later(minutes=1)}
    services.note(text="Aha.", act_key="1", **act)
    services.log_call(text="They rang.", act_key="2", **act)
    services.ask_client(text="Which?", act_key="3", **act)
    services.assign(to=me, **act)

    text = text_of(read(ticket))

    assert "Registered by e-mail as Priority 3, inside standard hours" in text
    for words in [
        "Number sent to the requester",
        "Left an internal note mo,",
        "Call with the client: a response mo,",
        "Asked the client: it is their turn mo,",
        "Assigned to mo",
    ]:
        assert words in text
    assert "mo Internal note" in text
    assert "mo Call with the client" in text
    assert "mo Question to the client" in text


def test_markup_of_clients_is_shown_not_obeyed():
    evil = "<script>alert(1)</script>"
    client = make_client()
    client.name = evil
    client.save()
    ticket = make_ticket(
        requester=client,
        subject=evil,
        text=evil,
        html=f'"><p>Hi</p>{evil}',
        uploads=[services.Upload(f"{evil}.png", "image/png", b"x")],
    )

    page = markup_of(read(ticket))

    assert "<script>alert(1)" not in page
    assert 'srcdoc="&lt;meta http-equiv=&quot;Content-Security-Policy&quot;' in page
    assert '<iframe title="The mail as it was sent" sandbox="" referrerpolicy="no-referrer"' in page


def test_quoted_text_is_folded():
    text = "Hello\n> old\n> older\n\nBye"

    assert [(part.is_quote, part.text) for part in passages(text)] == [
        (False, "Hello"),
        (True, "> old\n> older"),
        (False, "Bye"),
    ]


def test_the_mails_behind_it_are_linked_for_those_who_may_see_them():
    ticket = make_ticket()
    mail = InboundMail.objects.create(
        digest="d", raw=b"", received_at=MORNING, state="REGISTERED", ticket=ticket, sender="a@b.c"
    )
    client, user = signed_in("view_ticket")

    assert "Mails behind it" not in text_of(read(ticket, client))
    user.user_permissions.add(Permission.objects.get(codename="view_inboundmail"))
    assert f"inboundmail/{mail.pk}/change/" in read(ticket, client).content.decode()


def test_a_page_costs_the_same_however_much_was_said():
    client, _ = agent()
    ticket = make_ticket()
    read(ticket, client)  # what is read once a process

    def count():
        with CaptureQueriesContext(connection) as queries:
            read(ticket, client)
        return len(queries)

    few = count()
    for number in range(20):
        services.note(ticket=ticket, text="Hm.", by=make_staff(), at=later(), act_key=str(number))

    assert count() == few <= 25


def test_of_a_very_long_ticket_the_latest_is_shown_first():
    ticket = make_ticket(text="The very first words.")
    me = make_staff()
    for number in range(200):
        services.note(ticket=ticket, text=f"N{number}.", by=me, at=later(), act_key=str(number))

    assert "The very first words." not in text_of(read(ticket))
    assert "The very first words." in text_of(reader().get(page_of(ticket) + "?all=1"))


@pytest.mark.parametrize("key", ["0", "999999", "99999999999999999999", "x", "1_2Fchange"])
def test_a_ticket_that_is_not_there_is_not_found(key):
    address = page_of(make_ticket()).replace("/change/", "/").rstrip("/").rpartition("/")[0]

    assert reader().get(f"{address}/{key}/change/").status_code == 404


def test_strangers_and_staff_without_permission_see_nothing(client):
    ticket = make_ticket()

    assert client.get(page_of(ticket)).status_code == 302
    assert signed_in()[0].get(page_of(ticket)).status_code == 403


def live(client, ticket, seen="", at=MORNING):
    with time_machine.travel(at, tick=False):
        return client.get(live_of(ticket), {"seen": seen})


def test_the_panel_stays_as_it_is_while_nothing_is_new():
    client, ticket = reader(), make_ticket(severity="3")
    seen = read(ticket, client).context["fingerprint"]

    assert live(client, ticket, seen, at=later(minutes=5)).status_code == 204


def test_the_panel_shows_a_miss_while_one_watches():
    client, ticket = reader(), make_ticket(severity="3")
    seen = read(ticket, client).context["fingerprint"]

    near = live(client, ticket, seen, at=later(hours=3))
    overdue = live(client, ticket, near.context["fingerprint"], at=later(hours=4, seconds=1))
    services.sweep_deadlines(at=later(hours=4, seconds=2))
    missed = live(client, ticket, overdue.context["fingerprint"], at=later(hours=4, seconds=3))

    assert "1 h left" in text_of(near)
    assert "overdue" in text_of(overdue)
    assert "Nothing came by then: missed." in text_of(missed)
    assert "Response missed" in text_of(missed)


def test_the_panel_brings_new_messages_along():
    client, ticket = reader(), make_ticket()
    seen = read(ticket, client).context["fingerprint"]
    services.note(ticket=ticket, text="Just in.", by=make_staff(), at=later(), act_key="n")

    assert "Just in." in text_of(live(client, ticket, seen))


def test_the_panel_is_refused_not_replaced_by_a_login_page(client):
    ticket = make_ticket()

    assert live(client, ticket).status_code == 403
    assert live(signed_in()[0], ticket).status_code == 403
