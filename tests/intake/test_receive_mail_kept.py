"""What is kept of a mail's answer: on its ticket, or as a refused request."""

import pytest

from apps.intake.models import RefusedRequest
from tests.entitled_made import make_standing
from tests.factories import MORNING, make_preset, make_ticket
from tests.intake.mails_in import ADA, make_ada, statements, take, ticket_of

pytestmark = pytest.mark.django_db
S = "skyswitch-support-2017"


@pytest.mark.clause("V-1.2", "V-3.1", "V-3.5")
def test_the_ticket_keeps_why_the_mail_was_entitled(ada):
    mail = take()

    entitled = ticket_of(mail).entitled
    assert (entitled["entitled"], entitled["clause"], entitled["why"]) == (True, "H-7", mail.why)
    assert [(step["clause"], step["holds"]) for step in entitled["steps"]] == [
        *(("H-3", True), ("H-1", True), ("H-7", True), ("H-7", True))
    ]
    assert not RefusedRequest.objects.exists()


@pytest.mark.clause("V-1.2")
def test_a_refused_mail_of_a_known_person_is_kept_with_the_answer():
    ada = make_ada(state="ENDED")

    mail = take()

    row = RefusedRequest.objects.get()
    assert (row.mail, row.person, row.order, row.account) == (
        mail,
        ada,
        ada.order,
        ada.order.account,
    )
    assert (row.sender, row.channel, row.wanted, row.by) == (ADA, "EMAIL", "TICKET", None)
    assert (row.subject, row.text) == ("No calls", "No calls since nine.")
    assert (row.asked_at, row.source_key) == (MORNING, f"mail:{mail.pk}")
    assert (row.clause, row.why) == ("H-3", "Order ORD-ADA is not executed.")
    assert row.steps == [
        {"clause": "H-3", "holds": False, "says": "Order ORD-ADA is not executed."}
    ]


@pytest.mark.clause("V-3.5")
def test_a_strangers_mail_is_kept_without_a_person():
    make_ada()

    mail = take(sender="eve@example.net")

    row = RefusedRequest.objects.get()
    assert (row.mail, row.sender, row.person, row.order, row.account) == (
        *(mail, "eve@example.net", None, None, None),
    )
    assert (row.clause, row.why) == (
        "H-7",
        "eve@example.net is not an authorised user of any order.",
    )


@pytest.mark.clause("S-12", "R-6")
def test_a_mail_to_a_suspended_account_is_taken_and_judged_later():
    ada = make_ada(version=make_preset(slug=S))
    make_standing(account=ada.order.account)

    mail = take()

    (step,) = [step for step in ticket_of(mail).entitled["steps"] if step["clause"] == "S-12"]
    assert (mail.state, step["holds"]) == ("REGISTERED", True)
    assert step["says"].endswith("It is taken, since it may be about the service itself.")


def test_a_policy_with_hours_and_standing_costs_a_mail_no_more_than_26_statements():
    ada = make_ada(version=make_preset(slug=S))
    make_ticket(requester=ada)  # terms and hours are read once a process

    with statements() as sent:
        mail = take()

    assert (mail.state, len(sent) <= 25) == ("REGISTERED", True)
