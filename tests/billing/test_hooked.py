"""What the endpoints of an account are told of its money and its standing, and of notices."""

import pytest
from django.conf import settings

from apps.billing.models import StandingNotice
from apps.billing.services.crediting import all_that_is_left, draft_credit_note
from apps.billing.services.drafting import draft_invoice
from apps.billing.services.finalising import finalise
from apps.billing.services.standing import review_standing
from apps.billing.services.standing_sweep import review_standings
from apps.contracts.models import Standing
from apps.contracts.services import set_standing
from apps.outbox.models import Message
from tests.billing_made import make_charge, make_profile
from tests.escalation.outages import issued, make_incident
from tests.factories import MORNING, make_client, make_order, make_staff, make_ticket
from tests.hooks_made import make_endpoint
from tests.hooks_made import told_as_documented as told
from tests.maintenance_made import announced
from tests.standing_made import make_debtor, on, owe, pay

pytestmark = pytest.mark.django_db
API = f"{settings.BASE_URL}/api/v1"


@pytest.mark.clause("V-3.4.6")
def test_an_endpoint_is_told_of_an_invoice_and_a_credit_note_once_they_are_final():
    profile = make_profile()
    endpoint = make_endpoint(account=profile.account)
    make_charge(account=profile.account)
    facts = {"at": MORNING, "by": None}
    drafted = draft_invoice(account=profile.account, through_on=MORNING.date(), **facts)
    before = told(endpoint)
    invoice = finalise(document=drafted, issued_on=MORNING.date(), **facts)
    lines = all_that_is_left(invoice)
    credit = draft_credit_note(invoice=invoice, amounts=lines, reason="Goodwill", **facts)
    credit = finalise(document=credit, issued_on=MORNING.date(), **facts)

    assert before == []
    assert told(endpoint) == [
        (topic, said_of(document))
        for topic, document in [("invoice.issued", invoice), ("credit_note.issued", credit)]
    ]


def said_of(document) -> dict:
    document.refresh_from_db()
    return {
        "number": document.reference,
        "kind": document.kind,
        "issued_on": document.issued_on.isoformat(),
        "due_on": document.due_on.isoformat() if document.due_on else None,
        "total": str(document.total_amount),
        "currency": document.currency,
        "url": f"{API}/invoices/{document.reference}",
    }


@pytest.mark.clause("S-12")
def test_it_is_told_when_the_standing_moves_by_a_review_a_payment_or_a_hand_and_not_otherwise():
    profile = make_debtor()
    endpoint = make_endpoint(account=profile.account)
    document = owe(profile)
    review_standing(account=profile.account, at=on(400))
    review_standing(account=profile.account, at=on(401))
    state = Standing.objects.get(account=profile.account).state
    pay(document, "100.00", at=on(402))
    by_hand = {"account": profile.account, "clause": "S-12", "why": "A hand", "by": make_staff()}
    for days in (403, 404):
        set_standing(**by_hand, state="SUPPORT_SUSPENDED", at=on(days), hold=days == 404)

    moves = [
        (data["from"], data["to"], data["url"])
        for topic, data in told(endpoint)
        if topic == "standing.changed"
    ]
    where = f"{API}/accounts/{profile.account.pk}/standing"
    assert moves == [
        ("GOOD", state, where),
        (state, "GOOD", where),
        ("GOOD", "SUPPORT_SUSPENDED", where),
    ]
    bodies = Message.objects.via("HOOK").values_list("payload", flat=True)
    assert "100.00" not in str(list(bodies))


@pytest.mark.clause("S-12")
def test_it_is_told_once_of_each_suspension_that_comes_and_not_of_one_that_is_spared():
    profile, other = make_debtor(), make_debtor()
    endpoint = make_endpoint(account=profile.account)
    for each in (profile, other):
        owe(each)
    warned = {}
    for days in (15, 15, 16, 22):
        review_standings(at=on(days))
        warned[days] = [data for topic, data in told(endpoint) if topic == "standing.approaching"]

    rows = StandingNotice.objects.filter(account=profile.account, kind="WARNING").order_by("pk")
    where = f"{API}/accounts/{profile.account.pk}/standing"
    said = [
        {
            "account": profile.account.pk,
            "to": row.state,
            "starts_on": row.acts_on.isoformat(),
            "clause": "S-12",
            "url": where,
        }
        for row in rows
    ]
    assert said[0]["to"] == "SUPPORT_SUSPENDED"
    assert warned == {15: said[:1], 16: said[:1], 22: said}
    assert {row.recipient for row in Message.objects.via("HOOK")} == {endpoint.recipient}


@pytest.mark.clause("S-11")
def test_each_account_is_told_of_maintenance_that_touches_it():
    person = make_client()
    endpoint = make_endpoint(account=person.order.account)
    notice = announced(person)
    update = notice.update

    assert told(endpoint) == [
        (
            "notice.issued",
            {
                "kind": "MAINTENANCE",
                "number": update.maintenance.number,
                "sequence": update.sequence,
                "state": "CONFIRMED",
                "starts_at": update.starts_at.isoformat(),
                "ends_at": update.ends_at.isoformat(),
                "url": f"{settings.BASE_URL}/portal/notices/maintenance-{notice.pk}/",
            },
        )
    ]


@pytest.mark.clause("S-6")
def test_each_account_is_told_of_its_own_copy_of_a_reason_for_outage():
    ticket = make_ticket()
    endpoint = make_endpoint(account=ticket.account)
    other = make_endpoint(account=make_order().account)
    report = issued(make_incident(ticket=ticket))
    copy = report.copies.get(account=ticket.account)

    assert [each for each in told(endpoint) if each[0] == "notice.issued"] == [
        (
            "notice.issued",
            {
                "kind": "REASON_FOR_OUTAGE",
                "number": report.incident.number,
                "revision": report.revision,
                "is_preliminary": False,
                "url": f"{settings.BASE_URL}/portal/reports/{copy.pk}/",
            },
        )
    ]
    assert told(other) == []
