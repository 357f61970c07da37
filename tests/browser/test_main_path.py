"""One request from the mail that opened it to the yes that closes it, through the pages."""

import pytest
import time_machine

from apps.tickets.models import Ticket
from tests.factories import make_client, make_order, make_preset
from tests.intake.mails_in import take
from tests.tickets.life import PREMIUM
from tests.tickets.reading import later, log
from tests.tickets_admin.pages import QUEUE, page_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_engine]


@pytest.fixture
def client_of_ours():
    order = make_order(version=make_preset(slug=PREMIUM), plan="gold")
    return make_client(order=order, email="ada@client.example.com")


def mail(client, subject, text, at):
    return take(
        sender=client.email,
        to=client.order.version.support_address,
        subject=subject,
        text=text,
        message_id=f"<{at.timestamp():.0f}@client.example.com>",
        at=at,
    )


class Agent:
    """Somebody of ours in front of the page; each act happens at an instant of its own."""

    def __init__(self, page, ticket):
        self.page, self.ticket = page, ticket

    def at(self, **span):
        return time_machine.travel(later(**span), tick=False)

    def write(self, act, text, **span):
        with self.at(**span):
            self.page.goto(page_of(self.ticket))
            self.page.locator(".tk-act", has_text=act).click()
            self.page.get_by_label("Text", exact=True).fill(text)
            self.send("#write")

    def send(self, form):
        """Send a form, and wait for the page that comes back."""
        with self.page.expect_navigation():
            self.page.locator(f"{form} button[type=submit]").first.click()

    def solve(self, text, **span):
        with self.at(**span):
            self.page.goto(page_of(self.ticket))
            self.page.locator(".tk-act", has_text="Give the solution").click()
            self.page.locator("#write select[name=reason]").select_option(index=1)
            self.page.get_by_label("Text", exact=True).fill(text)
            self.send("#write")
        assert Ticket.objects.get().status == "SOLVED"

    def fold(self, panel, fill, **span):
        """Open a folded panel, fill it in and send it."""
        with self.at(**span):
            self.page.goto(page_of(self.ticket))
            form = self.page.locator(f"#{panel}")
            form.locator("summary").first.click()
            fill(form)
            self.send(f"#{panel}")


@pytest.mark.clause("V-3.4.2", "V-3.4.4", "V-7.2", "V-7.3", "V-8.1.4", "V-8.3")
def test_a_request_is_opened_answered_disputed_solved_refused_and_confirmed(page, client_of_ours):
    opened = mail(client_of_ours, "No outgoing calls", "Since this morning.", later())
    ticket = Ticket.objects.get(pk=opened.ticket_id)
    agent = Agent(page, ticket)

    with agent.at(minutes=5):
        page.goto(QUEUE)
        page.get_by_role("link", name=ticket.number).click()
    agent.write("Answer", "We are looking at it.", minutes=10)
    agent.write("Ask the client", "Which trunk is it?", minutes=20)
    assert Ticket.objects.get().status == "WAITING"
    mail(client_of_ours, f"Re: [{ticket.number}]", "The northern one.", later(minutes=40))
    assert Ticket.objects.get().status == "OPEN"

    agent.fold("severity", raise_to_two, hours=1)
    assert Ticket.objects.get().severity.key == "II"
    agent.fold("dispute", claim_one, hours=1, minutes=10)
    with agent.at(hours=1, minutes=20):
        page.goto(page_of(ticket))
        page.locator("#dispute .tk-act", has_text="Uphold").click()
        page.locator("#decide_reason").fill("The whole site is down, as they say.")
        agent.send("#dispute")
    assert Ticket.objects.get().severity.key == "I"
    agent.solve("The route is back.", hours=2)
    mail(client_of_ours, f"Re: [{ticket.number}]", "No, still dead.", later(hours=3))
    assert Ticket.objects.get().status == "ANSWERED"
    with agent.at(hours=4):
        page.goto(page_of(ticket))
        page.locator("#judge input[value=justified]").check()
        page.locator("#judge textarea").fill("You are right, we go on.")
        agent.send("#judge")
    assert Ticket.objects.get().status == "OPEN"
    agent.solve("Now it is.", hours=5)
    agent.fold("confirm", lambda form: form.locator("textarea").fill("By phone."), hours=6)

    assert Ticket.objects.get().status == "CLOSED"
    assert [kind for kind, _ in log(ticket)] == [
        *("REGISTERED", "ACKNOWLEDGED", "RESPONDED", "RESPONDED", "ASKED_CLIENT"),
        *("CLIENT_REPLIED", "SEVERITY_CHANGED", "DISPUTED", "SEVERITY_CHANGED"),
        *("DISPUTE_DECIDED", "RESPONDED", "SOLVED", "CLIENT_REPLIED"),
        *("RESPONDED", "JUDGED", "RESPONDED", "SOLVED", "CONFIRMED", "CLOSED"),
    ]


def raise_to_two(form):
    form.locator(".tk-level", has_text="Severity II").first.locator("input").check()
    form.locator("select[name=reason]").select_option(label="The impact has changed")
    form.locator("textarea").fill("A whole trunk is out.")


def claim_one(form):
    form.locator(".tk-level", has_text="Severity I").first.locator("input").check()
    form.locator("#dispute_claim").fill("Nobody can call at all.")
    form.locator("#dispute_evidence").fill("All three sites.")
