"""A refused request that a person takes after all, in the name of somebody who may ask."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.urls import reverse

from apps.contracts.models import User
from apps.intake.models import InboundMail, RefusedRequest, Release
from apps.intake.services import NotReleased, release
from apps.tickets import services as tickets
from apps.tickets.models import Ticket
from tests.factories import MORNING, make_client, make_order, make_staff, make_ticket
from tests.intake.mails_in import ADA, happened, make_big_mail, said, take, ticket_of, told
from tests.intake.refused_forms import refused_inputs
from tests.tickets_admin.pages import text_of

LATER = MORNING + timedelta(hours=2)
EVE = "eve@example.net"
pytestmark = [pytest.mark.django_db, pytest.mark.clause("V-3.5")]


@pytest.fixture
def ticket(ada) -> Ticket:
    return make_ticket(requester=ada)


@pytest.fixture
def browser(client):
    manager = make_staff(name="dana")
    manager.groups.add(Group.objects.get(name="Duty managers"))
    client.force_login(manager)
    return client


def refused_mail(**mail) -> RefusedRequest:
    kept = take(**{"sender": f"Eve <{EVE}>", "message_id": "<eve@example.net>", **mail})
    assert kept.state == "REFUSED"
    return RefusedRequest.objects.get(mail=kept)


def let_in(refused: RefusedRequest, client, *, to_named: bool = False, **facts) -> Release:
    kim = User.objects.filter(username="kim").first() or make_staff(name="kim")
    given = {"why": "It is Ada's new address.", "by": kim, "at": LATER}
    return release(refused=refused, as_client=client, to_named=to_named, **{**given, **facts})


def url(refused: RefusedRequest) -> str:
    return reverse("admin:intake_refusedrequest_release", args=[refused.pk])


@pytest.mark.clause("V-8.1.4")
def test_who_may_not_write_to_the_ticket_that_they_name_is_refused_and_staff_see_which(ticket):
    refused = refused_mail(subject=f"Re: [{ticket.number}]")

    assert (refused.named, said(ticket)) == (ticket, ["Nothing works."])


@pytest.mark.clause("V-8.1.4")
def test_added_to_the_ticket_that_it_names_it_brings_it_back_to_us(ticket, ada):
    staff = make_staff()
    tickets.ask_client(ticket=ticket, text="When?", by=staff, at=MORNING, act_key="ask")
    refused = refused_mail(subject=f"Re: [{ticket.number}]")

    done = let_in(refused, ada, to_named=True)

    ticket.refresh_from_db()
    message = ticket.messages.latest("pk")
    assert (done.ticket, done.as_client, done.at) == (ticket, ada, LATER)
    assert (message.client, message.text, message.sent_at) == (ada, "No calls since nine.", LATER)
    assert message.mark == f"Written by {EVE}, taken by kim."
    assert (ticket.status, happened(ticket)[-1]) == ("OPEN", "CLIENT_REPLIED")
    mail = InboundMail.objects.get(pk=refused.mail_id)
    assert (mail.state, mail.ticket) == ("ADDED", ticket)


@pytest.mark.clause("V-2-response", "V-8.1.4")
def test_registered_as_a_ticket_its_clocks_run_from_the_release(ada):
    refused = refused_mail()

    done = let_in(refused, ada)

    assert (done.ticket.requester, done.ticket.registered_at) == (ada, LATER)
    assert done.ticket.deadlines.get(kind="RESPONSE").started_at == LATER
    assert done.ticket.entitled["entitled"] is True
    assert told() == [("request.refused", EVE), ("ticket.acknowledged", ADA)]
    mail = InboundMail.objects.get(pk=refused.mail_id)
    assert (mail.state, mail.ticket, mail.account) == ("REGISTERED", done.ticket, ada.order.account)
    assert mail.why.endswith(f"Taken after all by kim, in the name of {ada}.")


def test_its_files_come_along(ada):
    raw = make_big_mail(attached=7).replace(ADA.encode(), EVE.encode())
    take(raw)

    done = let_in(RefusedRequest.objects.get(), ada)

    files = done.ticket.messages.get().attachments.values_list("name", "size")
    assert list(files) == [("trace.pcap", 7)]


def test_twice_is_once(ada):
    refused = refused_mail()

    assert let_in(refused, ada) == let_in(refused, ada, by=make_staff(), at=LATER + timedelta(1))
    assert Ticket.objects.count() == 1


def test_a_release_is_a_record_that_nobody_changes(ada):
    done = let_in(refused_mail(), ada)

    for change in [lambda: Release.objects.update(why="x"), done.delete]:
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_the_refusal_stays_as_it_was(ada):
    refused = refused_mail()
    before = RefusedRequest.objects.values().get()

    let_in(refused, ada)

    assert RefusedRequest.objects.values().get() == before


def test_only_a_user_of_the_tickets_order_can_have_written_to_it(ticket):
    refused = refused_mail(subject=ticket.number)
    bob = make_client()

    with pytest.raises(NotReleased) as refusal:
        let_in(refused, bob, to_named=True)

    assert str(refusal.value) == (
        f"{bob.name} is not an authorised user of order ORD-ADA, under which {ticket.number} is."
        " Choose one who is, or register a new ticket."
    )
    assert let_in(refused, bob).ticket.order == bob.order


def test_who_is_not_owed_support_gets_none_through_the_back_door():
    over = make_client(order=make_order(state="ENDED"))

    with pytest.raises(NotReleased, match=f"^In the name of {over.name} it is not owed: "):
        let_in(refused_mail(), over)
    assert (Ticket.objects.count(), Release.objects.count()) == (0, 0)


def test_without_a_reason_nothing_is_taken(ada):
    with pytest.raises(NotReleased, match="Say why"):
        let_in(refused_mail(), ada, why=" \n ")


def test_what_names_no_ticket_is_added_to_none(ada):
    with pytest.raises(NotReleased, match="It names no ticket"):
        let_in(refused_mail(), ada, to_named=True)


def test_what_came_again_and_was_taken_is_not_taken_once_more(ada):
    refused = refused_mail()
    make_client(order=ada.order, email=EVE)
    again = take(sender=EVE, message_id="<eve@example.net>", fields="Resent-Date: today")

    with pytest.raises(NotReleased, match="came again"):
        let_in(refused, ada)
    assert again.state == "REGISTERED"


@pytest.mark.clause("V-8.3")
def test_added_to_a_closed_ticket_it_reopens_it(ticket, ada):
    reason = ticket.version.reasons.filter(kind="CLOSING").order_by("pk")[0]
    staff = make_staff()
    tickets.solve(ticket=ticket, reason=reason, text="Done.", by=staff, at=MORNING, act_key="c")
    refused = refused_mail(subject=ticket.number)

    let_in(refused, ada, to_named=True)

    ticket.refresh_from_db()
    assert (ticket.status, happened(ticket)[-1]) == ("OPEN", "REOPENED")


def test_on_the_page_the_users_of_the_named_ticket_are_offered(browser, ticket, ada):
    refused = refused_mail(subject=ticket.number)
    page = reverse("admin:intake_refusedrequest_change", args=[refused.pk])

    shown = browser.get(page)
    answer = browser.get(url(refused))

    assert url(refused) in shown.content.decode()
    assert ticket.number in text_of(shown)
    assert answer.context["people"] == [ada]
    assert "The clocks run from now" in text_of(answer)
    assert "Add it to the ticket" in text_of(answer)


def test_a_person_takes_it_on_the_page_and_once_only(browser, ticket, ada):
    refused = refused_mail(subject=ticket.number)
    form = {"client": ada.pk, "to": "named", "why": "Her new address."}
    there = reverse("admin:tickets_ticket_change", args=[ticket.pk])

    first = browser.post(url(refused), form)
    second = browser.post(url(refused), form, follow=True)

    assert (first.status_code, first.url) == (302, there)
    notes = [str(note) for note in second.context["messages"]]
    assert notes == [
        f"Added to {ticket.number}, in the name of {ada}.",
        f"It was taken before: {ticket.number}.",
    ]
    assert len(said(ticket)) == 2
    page = reverse("admin:intake_refusedrequest_change", args=[refused.pk])
    text = text_of(browser.get(page))
    assert (f"by dana, in the name of {ada.name}" in text, "Take it after all" in text) == (
        *(True, False),
    )
    assert f"Written by {EVE}, taken by dana." in text_of(browser.get(there))


def test_another_person_is_found_by_words(browser, ada):
    refused = refused_mail()

    answer = browser.get(url(refused), {"q": "ada@"})

    assert answer.context["people"] == [ada]
    assert "Add it to the ticket" not in text_of(answer)


def test_a_form_that_is_not_filled_in_says_so(browser, ada):
    refused = refused_mail()

    answer = browser.post(url(refused), {"client": "", "to": "", "why": ""})

    assert answer.status_code == 422
    assert list(refused_inputs(answer)) == ["release_client", "release_to", "release_why"]
    assert Release.objects.count() == 0


def test_a_refusal_of_the_service_is_shown_in_words(browser, ada):
    refused = refused_mail()

    answer = browser.post(url(refused), {"client": ada.pk, "to": "named", "why": "Hers."})

    assert (answer.status_code, "It names no ticket" in text_of(answer)) == (422, True)


def test_agents_and_strangers_release_nothing(client, ada):
    refused = refused_mail()
    agent = make_staff()
    agent.groups.add(Group.objects.get(name="Support agents"))
    client.force_login(agent)
    page = reverse("admin:intake_refusedrequest_change", args=[refused.pk])

    assert url(refused) not in client.get(page).content.decode()
    assert [client.get(url(refused)).status_code, client.post(url(refused)).status_code] == [
        *(403, 403),
    ]


def test_an_address_of_no_refusal_is_none(browser):
    assert browser.get(reverse("admin:intake_refusedrequest_release", args=[9])).status_code == 404


@pytest.fixture
def survivor(ticket, ada) -> Ticket:
    """The ticket that the first one was merged into, by way of another."""
    between, last = make_ticket(requester=ada), make_ticket(requester=ada)
    Ticket.objects.filter(pk=ticket.pk).update(merged_into=between)
    Ticket.objects.filter(pk=between.pk).update(merged_into=last)
    return last


@pytest.mark.clause("V-8.1.4")
def test_an_answer_to_a_merged_ticket_lands_on_the_one_that_it_is_in_now(ticket, survivor):
    mail = take(subject=ticket.number)

    assert (mail.state, ticket_of(mail)) == ("ADDED", survivor)
    assert (len(said(ticket)), len(said(survivor))) == (1, 2)


@pytest.mark.clause("V-8.1.4")
def test_a_release_to_a_merged_ticket_goes_the_same_way(ticket, survivor, ada):
    refused = refused_mail(subject=ticket.number)

    assert let_in(refused, ada, to_named=True).ticket == survivor


def test_merges_that_lead_in_a_circle_or_to_another_account_lead_nowhere(ticket, ada):
    foreign = make_ticket()
    Ticket.objects.filter(pk=ticket.pk).update(merged_into=foreign)
    first = take(subject=ticket.number)
    Ticket.objects.filter(pk=ticket.pk).update(merged_into=ticket)
    second = take(subject=ticket.number, message_id="<b@client.example.com>")

    assert [first.state, second.state] == ["REGISTERED", "REGISTERED"]
    assert len({ticket.pk, foreign.pk, ticket_of(first).pk, ticket_of(second).pk}) == 4
