"""A reseller's day in the portal, from the invitation to the suspension that a payment ends."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core import mail

from apps.billing.models import BillingDispute
from apps.billing.services.dispute_decisions import reject_dispute
from apps.billing.services.payments import record_payment
from apps.billing.services.standing import review_standing
from apps.contracts.models import AuthorisedUser, ServiceRequest
from apps.contracts.services import invite
from apps.outbox.services import deliver_pending
from apps.tickets import services
from apps.tickets.models import Dispute, Ticket
from tests.browser.reseller import Reseller, link_in
from tests.escalation.outages import issued, make_incident
from tests.factories import make_client, make_service, make_staff, reason_of
from tests.portal.sign_in_pages import PASSWORD
from tests.standing_made import make_debtor, on, owe
from tests.tickets.reading import later

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_engine]

ADDRESS = "ada@client.example.com"
SUSPENDED = on(30)


@pytest.fixture
def staff():
    return make_staff()


@pytest.fixture
def person(staff, live_server, settings):
    """Somebody who is invited to an account that has an invoice to pay, due today."""
    settings.BASE_URL = live_server.url
    profile = make_debtor(with_user=False)
    order = profile.account.orders.get()
    order.needs_second_factor = True
    order.save()
    order.services.add(make_service(title="SIP trunks"))
    owe(profile)
    rights = ["may_open", "may_escalate", "may_confirm_closure", "may_see_invoices"]
    person = make_client(order=order, email=ADDRESS)
    AuthorisedUser.objects.filter(pk=person.pk).update(**dict.fromkeys(rights, True))
    invite(person=person, by=staff, at=later())
    deliver_pending(at=later())
    return AuthorisedUser.objects.get(pk=person.pk)


@pytest.mark.clause(
    "V-3.4.4", "V-3.5", "V-7.2", "V-8.1", "V-8.3", "V-9.2", "S-6", "S-7", "S-12", "R-5"
)
def test_a_reseller_is_invited_gets_help_disputes_is_suspended_pays_and_goes_on(
    visitor, person, staff
):
    reseller = Reseller(visitor)
    takes_a_seat(reseller)
    ticket = opens_a_ticket(reseller)
    incident = is_helped(reseller, ticket, staff)
    disputes_a_line(reseller, staff)
    leaves_and_comes_back_with_a_code(reseller)
    reads_why_it_was_out(reseller, incident)
    meets_a_suspension(reseller, person)
    pays_and_goes_on(reseller, person, staff)


def takes_a_seat(reseller):
    (invitation,) = mail.outbox
    with reseller.at(later(minutes=1)):
        reseller.page.goto(link_in(invitation.body))
        reseller.fill(A_password=PASSWORD, The_same_password_again=PASSWORD)
        reseller.press("Take my seat")
        assert "Your account asks for a second factor." in reseller.news()
        reseller.follow("Set up")
        reseller.fill(Password=PASSWORD)
        reseller.press("Go on")
        reseller.keep_secret()
        reseller.fill(Code_of_the_app=reseller.code())
        reseller.press("Set up")
        assert reseller.page.locator(".codes li").count() == 10
        reseller.plug_in()
        reseller.menu("Passkeys")
        reseller.follow("Add a passkey")
        reseller.fill(A_name_that_tells_it_from_others="Laptop")
        reseller.press("Add")
        reseller.follow("Home")
        assert reseller.reads("Nothing waits for you.")


def opens_a_ticket(reseller):
    page = reseller.page
    with reseller.at(later(minutes=5)):
        reseller.follow("Tickets")
        reseller.follow("New ticket")
        page.get_by_label("What it is about").select_option("Outage")
        page.get_by_label("Priority 3").check()
        reseller.fill(Subject="No dial tone", What_happens="Since eight, on all phones.")
        reseller.press("See what we will do")
        assert reseller.heading() == "What we will do with it"
        promised = page.locator(".promise", has_text="Response").get_by_role("strong")
        by = promised.inner_text()
        assert not Ticket.objects.exists()
        page.get_by_label("Files").set_input_files(
            {"name": "trace.txt", "mimeType": "text/plain", "buffer": b"INVITE"}
        )
        reseller.press("Send it")
        ticket = Ticket.objects.get()
        assert reseller.heading() == f"{ticket.number} No dial tone"
        promises = page.get_by_role("region", name="Promises").inner_text()
        assert by.removeprefix("By ") in promises
        with page.expect_download() as got:
            page.get_by_role("link", name="trace.txt").click()
        assert got.value.path().read_bytes() == b"INVITE"
    return ticket


def is_helped(reseller, ticket, staff):
    by_us = {"ticket": ticket, "by": staff}
    services.answer(text="Which site?", at=later(minutes=10), act_key="a", **by_us)
    with reseller.at(later(minutes=15)):
        reseller.page.reload()
        assert reseller.reads("Which site?")
        reseller.fill(Your_message="All three of them.")
        reseller.press("Send")
        assert "It is our turn." in reseller.news()
        reseller.follow("Dispute the severity")
        reseller.page.get_by_label("Priority 1").check()
        reseller.fill(Why="Nobody can call at all.", What_shows_it="0 of 40 calls.")
        reseller.press("Send the dispute")
    services.decide_dispute(
        dispute=Dispute.objects.get(),
        uphold=True,
        reason="The whole system is out, as you say.",
        change_reason=reason_of(ticket.version, "misclassified"),
        by=staff,
        at=later(minutes=20),
    )
    ticket.refresh_from_db()
    incident = make_incident(ticket=ticket, by=staff, at=later(minutes=22))
    with reseller.at(later(minutes=25)):
        reseller.page.reload()
        assert reseller.reads("The whole system is out, as you say.")
        reseller.follow("Escalate")
        reseller.page.get_by_role("radio").first.check()
        reseller.fill(What_you_want_to_be_done="Send somebody.")
        reseller.press("Escalate it")
        assert "It is escalated." in reseller.news()
    ticket.refresh_from_db()
    solved = {"reason": reason_of(ticket.version, "resolved"), "text": "The route is back."}
    services.solve(**solved, at=later(minutes=30), act_key="s", **by_us)
    with reseller.at(later(minutes=35)):
        reseller.page.reload()
        reseller.follow("Is it settled?")
        assert reseller.reads("The route is back.")
        reseller.press("It is settled: close it")
        assert reseller.news() == "Thank you: it is closed."
        assert reseller.reads("Closed as")
    return incident


def disputes_a_line(reseller, staff):
    with reseller.at(later(hours=1)):
        reseller.follow("Money")
        reseller.follow("INV-000001")
        reseller.page.get_by_role("link", name=re.compile("^Dispute ")).click()
        reseller.fill(Amount_before_tax="40.00", Why_it_is_not_right="Not ordered.")
        reseller.press("Send the dispute")
        assert "Your dispute is taken down." in reseller.news()
        dispute = BillingDispute.objects.get()
    decided = {"answer": "It was ordered.", "by": staff, "at": later(hours=2)}
    reject_dispute(dispute=dispute, seen=dispute.revision, **decided)
    with reseller.at(later(hours=3)):
        reseller.page.reload()
        assert reseller.reads("It was ordered.")


def leaves_and_comes_back_with_a_code(reseller):
    with reseller.at(later(hours=7)):
        reseller.menu("Sign out")
        reseller.fill(**{"E-mail_address_or_user_name": ADDRESS}, Password=PASSWORD)
        reseller.press("Sign in")
        reseller.fill(Code=reseller.code())
        reseller.press("Sign in")


def reads_why_it_was_out(reseller, incident):
    issued(incident)
    with reseller.at(later(hours=8)):
        reseller.follow("Outages")
        reseller.follow("Reasons for Outage")
        reseller.follow("Reason for Outage")
        assert reseller.heading() == f"{incident.number} Phones are dead"
        cause = reseller.page.get_by_role("region", name="Root cause")
        assert "Its fan stood still." in cause.inner_text()
        with reseller.page.expect_download() as got:
            reseller.page.get_by_role("link", name="Download PDF").click()
        assert got.value.path().read_bytes().startswith(b"%PDF-")
        reseller.menu("Sign out")


def meets_a_suspension(reseller, person):
    review_standing(account=person.order.account, at=SUSPENDED)
    page = reseller.page
    with reseller.at(SUSPENDED + timedelta(hours=1)):
        reseller.press("Sign in with a passkey")
        banner = page.get_by_role("region", name="Standing")
        assert "Support and dashboard suspended since" in banner.inner_text()
        reseller.follow("Services")
        assert page.get_by_role("button", name="Ask for a change").is_disabled()
        # Whoever knows the address gets no further.
        page.goto("/portal/services/ask/")
        page.get_by_role("button", name="Send the request").evaluate("b => b.disabled = false")
        reseller.fill(Details="Ten more channels.")
        reseller.press("Send the request")
        assert reseller.reads("Adds, changes and removals of services and users are suspended.")
        assert not ServiceRequest.objects.exists()
        reseller.follow("What clears it")
        clears = page.get_by_role("region", name="What clears it").inner_text()
        assert ("100.00 USD" in clears, "INV-000001" in clears) == (True, True)


def pays_and_goes_on(reseller, person, staff):
    record_payment(
        account=person.order.account,
        amount=Decimal("100.00"),
        currency="USD",
        received_on=SUSPENDED.date(),
        method="BANK",
        reference="INV-000001",
        source_key="bank:1",
        by=staff,
        at=SUSPENDED + timedelta(hours=2),
    )
    with reseller.at(SUSPENDED + timedelta(hours=3)):
        reseller.page.reload()
        assert reseller.page.get_by_role("region", name="Standing").count() == 0
        assert reseller.reads("Nothing is limited.")
        reseller.follow("Services")
        reseller.follow("Ask for a change")
        reseller.fill(Details="Ten more channels.")
        reseller.press("Send the request")
        assert "Your request is taken down." in reseller.news()
    assert ServiceRequest.objects.get().details == "Ten more channels."
