"""Money in the portal: what is owed, why, what was paid, and the papers of it."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.template.loader import render_to_string
from django.urls import reverse

from apps.billing.files.statement_pdf import statement_pdf
from apps.billing.invoice_mails import portal_page
from apps.billing.invoice_pdf import document_pdf
from apps.billing.models import BillingProfile, OpenItem, RatedEvent
from apps.billing.queries.issued import final_documents, state_of
from apps.billing.queries.reports.shape import Asked
from apps.billing.services.drafting import draft_invoice
from apps.billing.services.payments import record_payment
from apps.portal.queries.costs import costs_of
from apps.portal.queries.keyset import page_of
from apps.portal.queries.money import home_money
from apps.portal.queries.seats import seats_of
from tests.billing_made import ISSUED_ON, make_charge, make_profile, make_series
from tests.factories import MORNING, make_order
from tests.portal_made import disputed, invoiced, make_person, signed_in

pytestmark = pytest.mark.django_db
MOST = 15  # queries a page
LATER = MORNING + timedelta(days=40)  # the invoices of tests are overdue by then


def pay(person, amount, *, reference="", key="paid"):
    return record_payment(
        account=person.order.account,
        amount=Decimal(amount),
        currency="USD",
        received_on=MORNING.date(),
        method="BANK",
        reference=reference,
        source_key=key,
        at=MORNING,
        by=None,
    )


def busy():
    """A person whose account has something of everything: 240 owed, 48 of it disputed, 30 paid."""
    person = make_person()
    dispute = disputed(person)
    pay(person, "30.00", reference=str(invoiced(person)))
    charge = make_charge(account=person.order.account)
    RatedEvent.objects.filter(pk=charge.event_id).update(version=person.order.version)
    RatedEvent.objects.create(
        key="held",
        account=person.order.account,
        version=person.order.version,
        kind="TIERS",
        title="Dial translations",
        currency="USD",
        starts_on=ISSUED_ON,
        ends_on=ISSUED_ON,
        held_for="QUOTE",
        rated_at=MORNING,
    )
    return person, dispute


def test_every_page_of_money_is_there_in_few_queries(django_assert_max_num_queries):
    person, dispute = busy()
    browser = signed_in(person)
    document = dispute.document
    addresses = [
        *(reverse(f"portal:{name}") for name in ("invoices", "charges", "payments", "statement")),
        *(reverse(f"portal:{name}") for name in ("amount_disputes", "standing", "services")),
        reverse("portal:invoices") + "?show=all",
        reverse("portal:invoices") + "?show=credit",
        reverse("portal:invoice", args=[document.reference]),
        reverse("portal:invoice_pdf", args=[document.reference]),
        reverse("portal:statement_pdf"),
        reverse("portal:amount_dispute", args=[dispute.pk]),
        reverse("portal:dispute_line", args=[dispute.line_id]),
        reverse("portal:service_ask"),
    ]

    for address in addresses:
        with django_assert_max_num_queries(MOST):
            answer = browser.get(address)
        assert (address, answer.status_code) == (address, 200)


@pytest.mark.clause("S-12")
def test_the_box_of_the_home_page_has_the_sums_in_one_query(django_assert_num_queries):
    person, _ = busy()
    seat = seats_of(person.user)[0]

    with django_assert_num_queries(1):
        (sums,) = home_money(seat, at=LATER)

    assert (sums.currency, sums.open_count) == ("USD", 2)
    amounts = (sums.open_amount, sums.disputed_amount, sums.overdue_amount, sums.credit_amount)
    assert amounts == (Decimal("210.00"), Decimal("48.00"), Decimal("162.00"), Decimal("0.00"))
    assert home_money(seats_of(make_person().user)[0], at=LATER) == []
    box = render_to_string("portal/home_money.html", {"sums": [sums]})
    assert re.findall(r"[\d.]+(?= USD)", box) == ["210.00", "162.00", "48.00", "0.00"]


@pytest.mark.clause("V-3.4.6")
def test_papers_are_the_same_files_as_elsewhere_at_the_address_that_the_mail_names():
    person = make_person()
    document = invoiced(person)
    browser = signed_in(person)
    days = {"since": "2026-01-01", "until": "2026-03-31"}

    paper = browser.get(reverse("portal:invoice_pdf", args=[document.reference]))
    told = browser.get(reverse("portal:statement_pdf"), days)

    account = person.order.account_id
    asked = Asked(date(2026, 1, 1), date(2026, 3, 31), account_id=account)
    assert (paper.content, told.content) == (document_pdf(document), statement_pdf(asked))
    assert paper["Content-Disposition"] == 'attachment; filename="invoice-INV-000001.pdf"'
    page = reverse("portal:invoice", args=[document.reference])
    assert portal_page(document).removeprefix("http://testserver").endswith(page)


def test_a_number_may_hold_a_slash_and_a_draft_has_no_page():
    person = make_person()
    profile = make_profile(account=person.order.account)
    BillingProfile.objects.update(series=make_series(prefix="INV/2026-"))
    document = invoiced(person)
    make_charge(account=profile.account)
    draft = draft_invoice(account=profile.account, through_on=ISSUED_ON, at=MORNING, by=None)
    browser = signed_in(person)

    pages = [
        browser.get(f"/portal/invoices/{name}/").status_code
        for name in ("INV%2F2026-000001", "INV/2026-000001", "None", str(draft.pk))
    ]
    listed = browser.get(reverse("portal:invoices") + "?show=all").context["rows"]

    assert (pages, [row[0] for row in listed]) == ([200, 200, 404, 404], [document])


def test_who_opens_a_paper_of_another_account_of_theirs_looks_at_that_one_from_then_on():
    person = make_person()
    other = make_person(order=make_order())
    other.user = person.user
    other.save()
    document = invoiced(other)
    browser = signed_in(person)
    before = browser.get(reverse("portal:home")).wsgi_request.seat.account

    page = browser.get(reverse("portal:invoice", args=[document.reference]))

    after = browser.get(reverse("portal:home")).wsgi_request.seat.account
    assert (page.status_code, before, after) == (
        200,
        person.order.account,
        other.order.account,
    )


def test_what_is_on_a_draft_is_not_invoiced_yet_and_what_is_final_is():
    person = make_person()
    account = make_profile(account=person.order.account).account
    drafted = make_charge(account=account, amount="10.00")
    draft_invoice(account=account, through_on=ISSUED_ON, at=MORNING, by=None)
    ready = make_charge(account=account, amount="5.50")
    make_charge(account=make_order().account)

    found = costs_of(account, after="", zone="UTC")

    assert [each.charge for each in found.charges] == [ready, drafted]
    assert found.sums == [("USD", Decimal("15.50"))]
    assert [step.sentence for step in found.charges[0].steps] == ["Made for a test"]


@pytest.mark.clause("S-12")
def test_a_state_says_where_a_document_stands():
    due, today = date(2026, 3, 4), date(2026, 3, 5)

    def state(side, amount, disputed=0, on=today):
        item = OpenItem(
            side=side, due_on=due, open_amount=Decimal(amount), disputed_amount=Decimal(disputed)
        )
        return state_of(item, today=on)

    assert [
        state("DEBIT", 0),
        state("DEBIT", 9, on=due),
        state("DEBIT", 9),
        state("DEBIT", 9, 8),
        state("DEBIT", 9, 9),
        state("CREDIT", 9),
        state("CREDIT", 0),
        state_of(None, today=today),
    ] == ["SETTLED", "OPEN", "OVERDUE", "OVERDUE", "DISPUTED", "CREDIT", "USED", "SETTLED"]


def test_pages_of_a_list_follow_each_other_without_gap_or_repetition():
    person = make_person()
    made = [invoiced(person, issued_on=date(2026, 3, day)) for day in (1, 2, 2, 3)]
    rows = final_documents(person.order.account)

    first = page_of(rows, by="issued_on", after="", most=2)
    second = page_of(rows, by="issued_on", after=first.after, most=2)
    stray = page_of(rows, by="issued_on", after="2026-13-40.x", most=2)

    assert [*first.rows, *second.rows] == made[::-1]
    assert (first.is_first, second.is_first, second.after) == (True, False, "")
    assert stray == first


def test_a_statement_ends_with_what_is_owed_and_refuses_days_that_cannot_be():
    person, _ = busy()
    browser = signed_in(person)
    page = reverse("portal:statement")

    shown = browser.get(page, {"since": "2026-01-01", "until": "2026-03-31"}).context["rows"]
    turned = browser.get(page, {"since": "2026-03-31", "until": "2026-01-01"})
    file = browser.get(reverse("portal:statement_pdf"), {"since": "x", "until": "2026-01-01"})

    # The balance after is the sum of what is open.
    with time_machine.travel(LATER, tick=False):
        (sums,) = home_money(seats_of(person.user)[0], at=LATER)
    assert (shown[-1][-1], shown[0][-1]) == (sums.open_amount, Decimal("0.00"))
    assert list(turned.context["form"].errors) == ["until"]
    assert file["Location"] == f"{page}?since=x&until=2026-01-01"
