"""A mail that SPF, DKIM or DMARC speak against: what its order's policy makes of it."""

import pytest

from apps.contracts.models import PolicyVersion
from apps.intake.models import InboundMail, RefusedRequest
from apps.outbox.models import Message as Told
from apps.tickets.models import Ticket
from tests.factories import make_policy, make_staff, make_ticket
from tests.intake.mails_in import ADA, happened, make_ada, said, take, ticket_of, told

FAILED = "Authentication-Results: mx.provider.example.com; dmarc=fail"
WHY = f"It says that {ADA} wrote it, but DMARC failed."
pytestmark = [pytest.mark.django_db, pytest.mark.clause("V-3.5")]


@pytest.fixture(autouse=True)
def receiving_host(settings):
    settings.MAIL_AUTHSERV_ID = frozenset(["mx.provider.example.com"])


def policy(on_fail: str) -> PolicyVersion:
    rule = f'[rules.mail_authentication]\nclause = "H-7"\non_fail = "{on_fail}"\n\n'
    return make_policy(changes={"[rules.response]": f"{rule}[rules.response]"})


def state_of(mail: InboundMail) -> tuple[str, str, str]:
    return mail.state, mail.clause, mail.why


def test_refused_it_is_kept_and_who_may_not_have_written_it_hears_nothing():
    ada = make_ada(version=policy("refuse"))

    mail = take(fields=FAILED)

    untold = "The sender was not told: DMARC failed, so they may not have written it."
    assert state_of(mail) == ("REFUSED", "H-7", f"{WHY} {untold}")
    row = RefusedRequest.objects.get()
    assert (row.person, row.order, row.why, row.mail) == (ada, ada.order, WHY, mail)
    assert row.steps == [{"clause": "H-7", "holds": False, "says": WHY}]
    assert (Ticket.objects.count(), told()) == (0, [])


def test_held_it_waits_for_a_person_and_the_duty_manager_hears():
    manager = make_staff(is_duty_manager=True)
    ada = make_ada(version=policy("hold"))

    mail = take(fields=FAILED)

    assert state_of(mail) == ("HELD", "H-7", WHY)
    assert mail.account == ada.order.account
    assert (Ticket.objects.count(), RefusedRequest.objects.count()) == (0, 0)
    assert told() == [("mail.unreadable", manager.email)]


def test_accepted_it_becomes_a_ticket_whose_message_bears_a_mark():
    make_ada(version=policy("accept"))

    mail = take(fields=FAILED)

    (message,) = ticket_of(mail).messages.all()
    assert (mail.state, message.mark) == ("REGISTERED", "DMARC failed.")
    assert told() == [("ticket.acknowledged", ADA)]


def test_without_a_rule_it_is_taken_as_any_other(ada):
    mail = take(fields=FAILED)

    assert (mail.state, ticket_of(mail).messages.get().mark) == ("REGISTERED", "")


@pytest.mark.parametrize("on_fail", ["refuse", "hold", "accept"])
def test_what_passed_is_taken_and_bears_no_mark(on_fail):
    make_ada(version=policy(on_fail))

    mail = take(fields=FAILED.replace("fail", "pass"))

    assert (mail.state, ticket_of(mail).messages.get().mark) == ("REGISTERED", "")


@pytest.mark.parametrize(
    ("on_fail", "state", "told_on_it"),
    [
        ("refuse", "REFUSED", ["Nothing works."]),
        ("hold", "HELD", ["Nothing works."]),
        ("accept", "ADDED", ["Nothing works.", "No calls since nine."]),
    ],
)
def test_an_answer_is_judged_by_the_policy_of_its_ticket(on_fail, state, told_on_it):
    ticket = make_ticket(requester=make_ada(version=policy(on_fail)))
    before = len(happened(ticket))

    mail = take(subject=ticket.number, fields=FAILED)

    ticket.refresh_from_db()
    assert (mail.state, said(ticket)) == (state, told_on_it)
    assert len(happened(ticket)) - before == (on_fail == "accept")


def test_fields_that_a_sender_wrote_change_nothing():
    make_ada(version=policy("refuse"))
    forged = (
        "Received: by mx.provider.example.com\n"
        "Authentication-Results: mx.provider.example.com; dmarc=pass"
    )

    assert take(fields=f"{FAILED}\n{forged}").state == "REFUSED"
    assert take(fields=FAILED.replace("mx.", "other."), message_id="<b@c>").state == "REGISTERED"


def test_a_stranger_whose_mail_may_be_forged_hears_nothing_either():
    mail = take(sender="eve@example.net", fields=FAILED)

    assert (mail.state, Told.objects.count()) == ("REFUSED", 0)
    assert mail.why.endswith(
        "The sender was not told: DMARC failed, so they may not have written it."
    )
