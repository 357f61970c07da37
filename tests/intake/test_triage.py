"""A TAM's triage, all of it on the pages: fix alone while hours last, or hand to the centre."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.urls import reverse

from apps.outbox.models import Message
from apps.outbox.rendering import Withdrawn, render
from apps.tickets.models import Ticket
from tests.factories import MORNING, make_client, make_staff, reason_of, severity_of
from tests.tickets.reading import later, mails
from tests.tickets_admin.pages import page_of, send, text_of
from tests.time_made import make_hours, make_premium, make_tam

pytestmark = [pytest.mark.django_db, pytest.mark.clause("V-6.5", "V-6.1")]
LATE = MORNING + timedelta(days=20)
HANDED = "tam.handed_to_centre"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(LATE, tick=False) as clock:
        yield clock


@pytest.fixture
def tam():
    user = make_staff(name="tamar")
    user.groups.add(Group.objects.get(name="TAMs"))
    return user


@pytest.fixture
def ann(tam):
    person = make_client(order=make_premium(), email="ann@client.example.com")
    make_tam(order=person.order, who=tam)
    return person


@pytest.fixture
def browser(client, tam):
    client.force_login(tam)
    return client


def submit(browser, person):
    url = f"{reverse('admin:intake_request_new')}?requester={person.pk}"
    assert browser.get(url).context["form"]["channel"].value() == "TAM"
    form = {
        "act_key": str(uuid4()),
        "channel": "TAM",
        "wanted": "TICKET",
        "severity": severity_of(person.order.version, "III").pk,
        "subject": "Trunk is down",
        "text": "She told me on site.",
    }
    answer = browser.post(url, form)
    ticket = Ticket.objects.latest("pk")
    assert answer["Location"] == page_of(ticket)
    return ticket


def test_a_tam_submits_in_the_clients_name_who_gets_the_number(browser, tam, ann):
    ticket = submit(browser, ann)

    assert (ticket.requester, ticket.channel, ticket.desk) == (ann, "TAM", "TAM")
    assert (ticket.assignee, ticket.events.get(kind="REGISTERED").by) == (tam, tam)
    assert mails("ticket.acknowledged") == [ann.email]


def test_a_tam_fixes_it_alone_on_the_tickets_page(browser, tam, ann, clock):
    ticket = submit(browser, ann)
    restored = reason_of(ann.order.version, "restored")

    clock.move_to(LATE + timedelta(hours=1))
    acts = [
        send(browser, ticket, "write", act="ask", text="Which trunk?"),
        send(browser, ticket, "write", act="call", text="The second one."),
        send(
            browser,
            ticket,
            "time",
            kind="TAM",
            minutes="30",
            began=f"{(LATE + timedelta(minutes=5)):%Y-%m-%dT%H:%M}",
            what="Put the trunk right",
            contact="PHONE",
        ),
        send(browser, ticket, "write", act="solve", text="It is up.", reason=restored.pk),
    ]

    ticket.refresh_from_db()
    assert [answer.status_code for answer in acts] == [302] * 4
    assert (ticket.desk, ticket.assignee) == ("TAM", tam)
    assert ticket.deadlines.get(kind="RESPONSE").state == "MET"
    assert ann.order.time_entries.get().kind == "TAM"


def test_a_tam_hands_it_to_the_centre_and_the_client_is_told_once(browser, ann):
    ticket, key = submit(browser, ann), str(uuid4())

    for _ in range(2):
        send(browser, ticket, "centre", text="Not mine.", act_key=key)

    ticket.refresh_from_db()
    assert (ticket.desk, ticket.assignee) == ("CENTRE", None)
    assert mails(HANDED) == [ann.email]
    mail = render(topic=HANDED, payload=Message.objects.get(topic=HANDED).payload)
    assert mail.subject == f"[{ticket.number}] Trunk is down"
    assert mail.text.startswith(f"Your TAM gave {ticket.number} to the support centre,")
    assert "Not mine." not in mail.text


def test_what_came_back_to_the_tam_before_the_mail_went_out_is_not_told(browser, tam, ann):
    ticket = submit(browser, ann)
    send(browser, ticket, "centre")
    send(browser, ticket, "assign", to=tam.pk)

    with pytest.raises(Withdrawn):
        render(topic=HANDED, payload=Message.objects.get(topic=HANDED).payload)


@pytest.mark.clause("V-6.3", "R-18")
def test_with_the_hours_used_up_the_centre_takes_it_and_the_page_says_why(browser, ann):
    make_hours(order=ann.order, hours=40, until=LATE)

    ticket = submit(browser, ann)

    assert (ticket.desk, ticket.assignee) == ("CENTRE", None)
    assert mails("tam.request_redirected") == [ann.email, "tamar@provider.example.com"]
    why = "To the support centre, not the TAM: The TAM's 40 h of March 2026 are used up."
    assert why in text_of(browser.get(page_of(ticket)))


@pytest.mark.clause("V-6.3")
def test_what_lay_on_the_desk_before_can_still_be_worked_there_or_handed_on(browser, tam, ann):
    ticket = submit(browser, ann)
    make_hours(order=ann.order, hours=40, until=LATE)

    answered = send(browser, ticket, "write", act="answer", text="I look.").status_code
    ticket.refresh_from_db()
    stays = (ticket.desk, ticket.assignee)
    handed = send(browser, ticket, "centre").status_code

    assert (answered, stays, handed) == (302, ("TAM", tam), 302)
    assert ticket.deadlines.get(kind="RESPONSE").ended_at == later(days=20)
