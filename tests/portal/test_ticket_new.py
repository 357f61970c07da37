"""A new ticket in the portal: what we would do with it is shown, then it is taken once."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.intake.models import RefusedRequest
from apps.tickets.models import Attachment, Ticket
from tests.entitled_made import make_standing
from tests.factories import MORNING, make_order, make_preset
from tests.portal_made import make_person, signed_in
from tests.tickets.life import WHOLESALE

pytestmark = pytest.mark.django_db
# A Saturday evening in New York.
OFF_HOURS = datetime(2026, 3, 8, 1, tzinfo=UTC)


@pytest.fixture
def person():
    return make_person(order=make_order(version=make_preset(slug=WHOLESALE)))


def post(person, step, *, at=MORNING, **said):
    given = {
        "act_key": uuid4(),
        "order": person.order_id,
        "category": "outage",
        "severity": "2",
        "subject": "One-way audio",
        "text": "Since nine.\r\nBoth sites.",
        "step": step,
        **said,
    }
    with time_machine.travel(at, tick=False):
        return signed_in(person).post(reverse("portal:ticket_new"), given)


@pytest.mark.clause("V-2-response", "S-5-targets", "S-8")
def test_what_is_promised_before_it_is_sent_is_what_the_ticket_then_has(person):
    page = post(person, "look")
    post(person, "send")

    told = {each.due_at for each in page.context["follows"].promises if each.due_at}
    ticket = Ticket.objects.get()
    promised = ticket.deadlines.filter(kind__in=["RESPONSE", "RESOLUTION"])
    assert told == {*promised.values_list("due_at", flat=True)}
    assert (ticket.channel, ticket.category.key, ticket.messages.get().text) == (
        "PORTAL",
        "outage",
        "Since nine.\nBoth sites.",
    )


@pytest.mark.clause("V-8.1.4")
def test_a_double_click_makes_one_ticket_with_its_files(person):
    key = uuid4()
    for _ in range(2):
        file = SimpleUploadedFile("trace.html", b"<b>", content_type="text/html")
        answer = post(person, "send", act_key=key, attached=[file])

    file = Attachment.objects.get()
    assert (Ticket.objects.count(), answer.status_code) == (1, 302)
    assert (file.name, file.content_type, bytes(file.content)) == (
        "trace.html",
        "application/octet-stream",
        b"<b>",
    )


def test_a_program_is_not_taken_and_nothing_of_the_text_is_lost(person):
    file = SimpleUploadedFile("setup.exe", b"MZ")

    page = post(person, "send", attached=[file])

    form = page.context["form"]
    assert (page.status_code, set(form.errors), form["text"].value()) == (
        422,
        {"attached"},
        "Since nine.\r\nBoth sites.",
    )
    assert not Ticket.objects.exists()


def test_nothing_is_lost_when_something_is_changed(person):
    page = post(person, "change", is_disconnection="False")

    form = page.context["form"]
    assert (page.status_code, form["subject"].value(), form["severity"].value()) == (
        200,
        "One-way audio",
        "2",
    )
    # As the page before wrote that there was no tick.
    assert "checked" not in str(form["is_disconnection"])


@pytest.mark.clause("S-12", "R-6", "V-3.5")
def test_while_support_is_suspended_it_says_what_goes_on_and_amounts_to_who_may_see_them(person):
    make_standing(account=person.order.account, why="INV-7 of 99.00 USD is overdue.")
    plain = make_person(order=person.order, may_see_invoices=False)

    pages = [post(each, "look", category="install") for each in (person, plain)]
    post(plain, "send", category="install")

    follows = pages[0].context["follows"]
    assert (follows.is_taken, [row.key for row in follows.going_on]) == (
        False,
        ["outage", "call-quality", "voicemail"],
    )
    assert [b"99.00" in page.content for page in pages] == [True, False]
    assert (RefusedRequest.objects.get().clause, Ticket.objects.count()) == ("S-12", 0)


@pytest.mark.clause("S-3", "S-2.1")
@pytest.mark.parametrize(
    ("said", "is_worked_now"),
    [
        ({"severity": "1"}, True),
        ({"severity": "2"}, False),
        ({"severity": "1", "is_disconnection": "on"}, False),
    ],
)
def test_off_hours_it_says_whether_somebody_acts_at_this_hour(person, said, is_worked_now):
    page = post(person, "look", at=OFF_HOURS, **said)

    follows = page.context["follows"]
    assert (follows.is_taken, follows.later is None) == (True, is_worked_now)


@pytest.mark.clause("V-3.5")
def test_the_order_is_one_under_which_they_may_open_tickets(person):
    other = make_order(account=person.order.account)
    colleague = make_person(order=other, may_open=False)
    colleague.user = person.user
    person.user.authorised_users.add(colleague)

    page = post(person, "look", order=other.pk)

    assert (page.status_code, set(page.context["form"].errors)) == (422, {"order"})
