"""Acts on many tickets at once: by the services, with refusals told by number."""

import pytest
from django.db import connection
from django.urls import reverse

from apps.contracts.freeze import Guard
from apps.tickets import services
from apps.tickets.admin import bulk
from apps.tickets.models import Ticket
from tests.factories import make_client, make_staff, make_ticket, reason_of, severity_of
from tests.tickets.reading import facts, later
from tests.tickets_admin.pages import QUEUE, agent, reader, text_of
from tests.time_made import make_premium

pytestmark = pytest.mark.django_db


def together(name, tickets, back=""):
    keys = ",".join(str(ticket.pk) for ticket in tickets)
    return f"{reverse('admin:tickets_ticket_together', args=[name])}?tickets={keys}&back={back}"


def choose(client, action, tickets, query=""):
    chosen = [ticket.pk for ticket in tickets]
    return client.post(QUEUE + query, {"action": action, "_selected_action": chosen})


def told(client):
    return [str(note) for note in client.get(QUEUE).context["messages"]]


def closed(**given):
    ticket = make_ticket(**given)
    reason = reason_of(ticket.version, "solved")
    call = {"text": "Done.", "by": make_staff(), "at": later(), "act_key": ticket.number}
    services.solve(ticket=ticket, reason=reason, **call)
    return ticket


def severity(tickets, to="2", explanation="Half of it is down."):
    version = tickets[0].version
    return {
        "to": severity_of(version, to).pk,
        "reason": reason_of(version, "impact-changed").pk,
        "explanation": explanation,
    }


def test_chosen_tickets_are_taken_on_ones_own_desk():
    client, me = agent()
    chosen, left = make_ticket(), make_ticket()

    choose(client, "take", [chosen])

    chosen.refresh_from_db()
    left.refresh_from_db()
    assert (chosen.assignee, left.assignee) == (me, None)
    assert told(client) == ["1 ticket assigned to you."]


def test_a_ticket_that_left_the_view_meanwhile_is_taken_all_the_same():
    client, me = agent()
    ticket = make_ticket()
    services.ask_client(ticket=ticket, text="?", by=make_staff(), at=later(), act_key="ask")

    choose(client, "take", [ticket], "?view=ours")

    ticket.refresh_from_db()
    assert ticket.assignee == me


@pytest.mark.parametrize("action", ["take", "assign_to", "change_severity"])
def test_who_may_only_look_does_nothing(action):
    ticket, client = make_ticket(), reader()

    choose(client, action, [ticket])

    ticket.refresh_from_db()
    assert ticket.assignee is None


@pytest.mark.parametrize("name", ["assign", "severity"])
def test_who_may_only_look_is_shown_no_form(name):
    assert reader().get(together(name, [make_ticket()])).status_code == 403
    assert reader().post(together(name, [make_ticket()]), {"to": ""}).status_code == 403


def test_the_choice_leads_to_a_form_and_back_to_the_same_list():
    client, _ = agent()
    tickets = [make_ticket(subject="one"), make_ticket(subject="two")]

    answer = choose(client, "assign_to", tickets, "?view=open&desk=CENTRE")
    form = client.get(answer["Location"])

    keys = "%2C".join(str(ticket.pk) for ticket in tickets)
    page = reverse("admin:tickets_ticket_together", args=["assign"])
    assert answer["Location"] == f"{page}?tickets={keys}&back=view%3Dopen%26desk%3DCENTRE"
    assert "one" in text_of(form)
    assert f'href="{QUEUE}?view=open&amp;desk=CENTRE"' in form.content.decode()


@pytest.mark.clause("V-8.2.3")
def test_many_are_assigned_to_a_colleague_and_put_back():
    client, _ = agent()
    colleague = make_staff(name="colleague")
    tickets = [make_ticket(), make_ticket(assignee=make_staff())]

    answer = client.post(together("assign", tickets, "view%3Dopen"), {"to": colleague.pk})
    said = told(client)
    assigned = [Ticket.objects.get(pk=ticket.pk).assignee for ticket in tickets]
    client.post(together("assign", tickets), {"to": ""})
    back = [Ticket.objects.get(pk=ticket.pk).assignee for ticket in tickets]

    assert (answer.status_code, answer["Location"]) == (302, f"{QUEUE}?view=open")
    assert said == ["2 tickets assigned to colleague."]
    assert (assigned, back) == ([colleague, colleague], [None, None])


def test_who_does_not_work_on_tickets_gets_none():
    client, _ = agent()
    ticket = make_ticket()

    answer = client.post(together("assign", [ticket]), {"to": make_staff(is_active=False).pk})

    ticket.refresh_from_db()
    assert (answer.status_code, ticket.assignee) == (422, None)
    assert "That person does not work on tickets." in text_of(answer)


@pytest.mark.clause("V-7.2")
def test_the_severity_of_many_is_changed_with_one_reason_and_refusals_are_told():
    client, _ = agent()
    changed, same, over = make_ticket(severity="3"), make_ticket(severity="2"), closed()

    client.post(together("severity", [changed, same, over]), severity([changed]))

    changed.refresh_from_db()
    assert changed.severity.key == "2"
    assert facts(changed, "SEVERITY_CHANGED")[0]["explanation"] == "Half of it is down."
    assert told(client) == [
        "1 ticket set to Priority 2.",
        f"Not changed, {same.number}: {same.number} has Priority 2 already. Choose another one.",
        f"Not changed, {over.number}: {over.number} is closed."
        " Reopen it before you change its severity.",
    ]


def test_a_double_click_changes_it_once_and_refuses_nothing():
    client, _ = agent()
    tickets = [make_ticket(severity="3"), make_ticket(severity="4")]

    for _ in range(2):
        client.post(together("severity", tickets), severity(tickets))

    changes = [len(facts(ticket, "SEVERITY_CHANGED")) for ticket in tickets]
    assert changes == [1, 1]
    assert told(client) == ["2 tickets set to Priority 2."] * 2


def test_tickets_of_two_policies_are_not_changed_together():
    client, _ = agent()
    ours = make_ticket(severity="3")
    theirs = make_ticket(requester=make_client(order=make_premium()), severity="II")

    shown = client.get(together("severity", [ours, theirs]))
    sent = client.post(together("severity", [ours, theirs]), severity([ours]))

    ours.refresh_from_db()
    assert (shown.status_code, sent.status_code, ours.severity.key) == (200, 422, "3")
    for answer in (shown, sent):
        text = text_of(answer)
        assert "These tickets are under 2 policy versions" in text
        assert "Choose tickets of one policy at a time" in text
        assert ours.number in text
        assert theirs.number in text


@pytest.mark.parametrize(
    ("spoilt", "words"),
    [
        ({"to": ""}, "Choose the new severity."),
        ({"to": "999999"}, "That is not a severity of this policy."),
        ({"reason": ""}, "Choose one of the policy's reasons."),
        ({"explanation": "  "}, "Say in a sentence what changed: the client may ask."),
        ({"explanation": "\x00"}, "Null characters are not allowed."),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_is_kept(spoilt, words):
    client, _ = agent()
    ticket = make_ticket(severity="3")

    answer = client.post(together("severity", [ticket]), severity([ticket]) | spoilt)

    ticket.refresh_from_db()
    assert (answer.status_code, ticket.severity.key) == (422, "3")
    assert words in text_of(answer)
    if "explanation" not in spoilt:
        assert "Half of it is down." in answer.content.decode()


def test_more_than_people_work_on_are_refused_as_a_whole(monkeypatch):
    monkeypatch.setattr(bulk, "MOST_TAKEN", 2)
    client, _ = agent()
    tickets = [make_ticket() for _ in range(3)]

    choose(client, "take", tickets)
    said = told(client)
    answer = client.post(together("assign", tickets), {"to": make_staff().pk})

    assert said == ["Nobody works on more than 2 at a time: choose fewer."]
    assert answer.status_code == 302
    assert Ticket.objects.filter(assignee=None).count() == 3


def test_of_many_refusals_every_number_is_told(monkeypatch):
    monkeypatch.setattr(bulk, "MOST_REASONS", 1)
    client, _ = agent()
    tickets = [closed() for _ in range(3)]

    client.post(together("severity", tickets), severity(tickets))

    said = told(client)
    numbers = [ticket.number for ticket in tickets]
    assert said[0].startswith(f"Not changed, {numbers[0]}: ")
    assert said[1:] == [f"Not changed either: {numbers[1]}, {numbers[2]}."]


@pytest.mark.parametrize("keys", ["", "x", "-1", "99999999999999999999", "0", "%00", "5;6"])
def test_an_address_without_tickets_leads_back_to_the_queue(keys):
    client, _ = agent()
    page = reverse("admin:tickets_ticket_together", args=["assign"])

    answer = client.get(f"{page}?tickets={keys}&back=view%3Dmine")

    assert (answer.status_code, answer["Location"]) == (302, f"{QUEUE}?view=mine")


def test_an_act_that_there_is_not_is_not_found():
    client, _ = agent()

    assert client.get(together("delete", [make_ticket()])).status_code == 404


def test_where_one_fails_nothing_is_done():
    client, _ = agent()
    client.raise_request_exception = False
    tickets = [make_ticket(), make_ticket(subject="broken")]
    colleague = make_staff()
    fails = "{row}.subject = 'broken'"
    full = Guard("tickets_historicalticket", ("INSERT",), "the disk is full", fails)
    with connection.cursor() as cursor:
        for statement in full.create(connection.vendor):
            cursor.execute(statement)

    answer = client.post(together("assign", tickets), {"to": colleague.pk})

    assert answer.status_code == 500
    assert Ticket.objects.filter(assignee=colleague).count() == 0
