"""Disputes in the portal: raised on a line, followed, withdrawn."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse

from apps.billing.models import BillingDispute, OpenItem
from apps.billing.services.dispute_decisions import reject_dispute
from apps.contracts.services import set_standing
from tests.factories import MORNING, make_staff
from tests.portal_made import disputed, invoiced, make_person, signed_in

pytestmark = pytest.mark.django_db


def raise_one(person, line, **facts):
    given = {"amount": "40.00", "reason": "Not ordered.", "act_key": uuid4(), **facts}
    return signed_in(person).post(reverse("portal:dispute_line", args=[line.pk]), given)


@pytest.mark.clause("S-12", "R-5")
def test_a_line_is_disputed_once_by_who_says_so_also_while_the_dashboard_is_suspended():
    person = make_person()
    line = invoiced(person).lines.get()
    account = person.order.account
    suspended = {"state": "DASHBOARD_SUSPENDED", "clause": "S-12", "why": "Overdue", "at": MORNING}
    set_standing(account=account, **suspended)
    once = uuid4()

    first = raise_one(person, line, act_key=once)
    again = raise_one(person, line, act_key=once)

    made = BillingDispute.objects.get()
    assert (made.amount, made.reason, made.raised_by) == (Decimal("40.00"), "Not ordered.", person)
    page = reverse("portal:amount_dispute", args=[made.pk])
    assert (first["Location"], again["Location"]) == (page, page)
    assert OpenItem.objects.get().disputed_amount == Decimal("48.00")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"amount": "100.01"}, "__all__"),
        ({"amount": "0"}, "__all__"),
        ({"amount": "1.001"}, "amount"),
        ({"amount": "much"}, "amount"),
        ({"amount": "NaN"}, "amount"),
        ({"reason": " "}, "reason"),
        ({"act_key": "x"}, "act_key"),
    ],
)
def test_what_cannot_be_disputed_is_refused_and_nothing_typed_is_lost(wrong, field):
    person = make_person()

    answer = raise_one(person, invoiced(person).lines.get(), **wrong)

    form = answer.context["form"]
    typed = {"amount": "40.00", "reason": "Not ordered.", **wrong}
    assert (answer.status_code, list(form.errors)) == (422, [field])
    assert (form["amount"].value(), form["reason"].value()) == (typed["amount"], typed["reason"])
    assert BillingDispute.objects.count() == 0


def test_a_dispute_is_withdrawn_once_and_not_after_it_changed():
    person = make_person()
    dispute = disputed(person)
    browser = signed_in(person)
    page = reverse("portal:dispute_withdraw", args=[dispute.pk])
    given = {"seen": dispute.revision, "text": "We found the order."}

    done = browser.post(page, given)
    late = browser.post(page, given)

    dispute.refresh_from_db()
    step = dispute.steps.get(number=dispute.revision)
    assert (done.status_code, late.status_code, dispute.state) == (302, 422, "WITHDRAWN")
    assert (step.text, step.client, step.by) == ("We found the order.", person, None)
    assert "changed meanwhile" in late.content.decode()


def test_its_page_tells_each_step_and_the_decision():
    person, staff = make_person(), make_staff()
    dispute = disputed(person)
    reject_dispute(dispute=dispute, seen=1, answer="It was ordered.", by=staff, at=MORNING)

    page = signed_in(person).get(reverse("portal:amount_dispute", args=[dispute.pk]))

    told = [(step.state, step.text) for step in page.context["found"].steps]
    assert told == [("RAISED", "Not ordered."), ("REJECTED", "It was ordered.")]
    assert str(staff) not in page.content.decode()
