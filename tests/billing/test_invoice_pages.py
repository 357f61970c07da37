"""The pages of invoices, runs, and how accounts are billed."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from apps.billing.invoice_pdf import document_pdf, facts_of, file_name
from apps.billing.models import (
    BillingProfile,
    Document,
    InvoiceRun,
    Payment,
    RatedEvent,
    RunAccount,
    Seller,
    Series,
)
from apps.billing.services.crediting import draft_credit_note
from apps.billing.services.drafting import draft_invoice
from apps.billing.services.finalising import finalise
from apps.billing.services.running import draft_batch, start_run
from tests.billing.test_payments import pay
from tests.billing_made import ISSUED_ON, make_charge, make_profile
from tests.factories import MORNING, make_order, make_staff

pytestmark = pytest.mark.django_db
HOSTILE = '#strong[x] $1^2$ *b* \\ _u_ <script>alert(1)</script> "q" {{ 7 }}'


@pytest.fixture
def finance(client):
    user = make_staff()
    user.groups.set(Group.objects.filter(name="Finance"))
    client.force_login(user)
    return client


def draft(*amounts: str, title: str = "") -> Document:
    profile = make_profile()
    for amount in amounts or ("100.00",):
        charge = make_charge(account=profile.account, amount=amount)
        if title:
            RatedEvent.objects.filter(pk=charge.event_id).update(title=title)
    return draft_invoice(account=profile.account, through_on=ISSUED_ON, at=MORNING, by=None)


def final(document: Document) -> Document:
    document = finalise(document=document, issued_on=ISSUED_ON, at=MORNING, by=None)
    document.refresh_from_db()
    return document


def page(name: str, *args: object) -> str:
    return reverse(f"admin:billing_{name}", args=args)


def press(browser, document: Document, act: str, **typed: str):
    return browser.post(page("document_act", document.pk, act), typed, follow=True)


def test_a_draft_is_shown_and_made_final(finance):
    document = draft(title=HOSTILE)
    shown = finance.get(page("document_change", document.pk))
    assert "<script>alert" not in shown.content.decode()
    assert "Made for a test" in shown.content.decode()  # why

    press(finance, document, "finalise", on=ISSUED_ON.isoformat())

    document.refresh_from_db()
    assert (document.state, document.reference) == ("FINAL", "INV-000001")


def test_a_refusal_stands_on_the_page(finance):
    document = draft()

    answer = press(finance, document, "finalise", on="2999-01-01")

    assert (answer.status_code, answer.context["refused"]) == (422, "finalise")
    assert "2999-01-01 is to come" in answer.content.decode()


def test_a_draft_is_discarded_and_made_anew(finance):
    first, second = draft(), draft()

    assert press(finance, first, "discard").redirect_chain[0][0] == page("document_changelist")
    press(finance, second, "redraft", through_on=ISSUED_ON.isoformat())

    assert not Document.objects.filter(pk__in=[first.pk, second.pk]).exists()
    assert Document.objects.count() == 1


def test_a_credit_note_over_a_part_and_over_the_rest(finance):
    invoice = final(draft("100.00", "50.00"))
    line = invoice.lines.first()

    press(finance, invoice, "credit", reason="Agreed", **{f"credit_{line.pk}": "40.00"})
    part = Document.objects.get(kind="CREDIT_NOTE")
    assert (part.net_amount, part.state) == (Decimal(40), "DRAFT")
    press(finance, invoice, "credit", reason="All of it", then="all")
    assert Document.objects.filter(kind="CREDIT_NOTE").latest("pk").net_amount == Decimal(110)
    refused = press(finance, invoice, "credit", reason="More", then="all")
    assert "was credited already" in refused.content.decode()


@pytest.mark.clause("S-12")
def test_what_a_credit_note_leaves_as_credit_is_given_back_from_its_page(finance):
    note = draft_credit_note(
        invoice=(invoice := final(draft())),
        amounts={invoice.lines.get().pk: Decimal(50)},
        reason="Agreed",
        at=MORNING,
        by=None,
    )
    pay(invoice.account.billing, "120.00")
    note = final(note)
    typed = {"amount": "60.00", "on": ISSUED_ON.isoformat(), "method": "BANK", "act_key": "k"}
    with time_machine.travel(MORNING, tick=False):
        assert (
            page("document_act", note.pk, "refund")
            in press(finance, note, "refund", **typed | {"amount": "60.01"}).content.decode()
        )
        press(finance, note, "refund", **typed)

    back = Payment.objects.get(kind="REFUND")
    assert (back.amount, back.currency, note.item.given.get().debit) == (60, "USD", back.item)
    assert "refund" not in finance.get(page("document_change", note.pk)).content.decode()
    clerk = make_staff()
    clerk.user_permissions.set(Permission.objects.filter(content_type__model="document"))
    finance.force_login(clerk)
    answer = press(finance, note, "refund", **typed | {"act_key": "l"})
    assert (answer.status_code, "Who records payments" in answer.content.decode()) == (422, True)
    assert Payment.objects.filter(kind="REFUND").count() == 1


def test_a_draft_by_hand(finance):
    profile = make_profile()
    make_charge(account=profile.account)
    typed = {"account": profile.account.name, "through_on": ISSUED_ON.isoformat()}

    finance.post(page("document_add"), typed)
    assert Document.objects.get().account == profile.account
    answer = finance.post(page("document_add"), typed)
    assert (answer.status_code, "nothing to invoice" in answer.content.decode()) == (422, True)


def test_the_pdf_of_a_draft_is_marked_and_of_a_final_one_always_the_same(finance):
    document = draft(title=HOSTILE)
    assert facts_of(document)["is_draft"] is True
    shown = finance.get(page("document_pdf", document.pk))
    assert (shown["Content-Type"], shown.content[:5]) == ("application/pdf", b"%PDF-")

    invoice = final(document)
    once = document_pdf(invoice)
    Seller.objects.update(name="Other")
    assert document_pdf(invoice) == once
    assert facts_of(invoice)["lines"][0]["title"] == HOSTILE
    assert file_name(invoice) == "invoice-INV-000001.pdf"


def test_the_list_says_what_it_comes_to(finance):
    final(draft("100.00"))
    draft("50.00")

    answer = finance.get(page("document_changelist"))

    assert answer.context_data["sums"] == [
        ("USD", "invoice", Decimal(150), Decimal(30), Decimal(180))
    ]
    listed = finance.get(page("document_changelist"), {"q": "INV-000001"})
    assert [str(row) for row in listed.context_data["cl"].result_list] == ["INV-000001"]
    looks = {
        look: finance.get(page("document_changelist"), {"look": look}).context_data["cl"]
        for look in ("drafts", "open", "overdue", "settled")
    }
    assert {look: found.result_count for look, found in looks.items()} == {
        "drafts": 1,
        "open": 1,
        "overdue": 1,
        "settled": 0,
    }


def test_a_run_is_started_and_its_page_shows_how_far_it_is(finance):
    make_charge(account=make_profile().account)
    make_charge(account=make_order().account)
    typed = {"through_on": ISSUED_ON.isoformat(), "issued_on": ISSUED_ON.isoformat()}

    finance.post(page("invoicerun_add"), typed)
    run = InvoiceRun.objects.get()
    while draft_batch(run=run, at=MORNING):
        pass

    shown = finance.get(page("invoicerun_change", run.pk)).content.decode()
    assert "2 of 2 accounts" in shown
    assert "It has no billing profile." in shown
    assert finance.get(page("invoicerun_live", run.pk)).status_code == 200
    answer = finance.post(page("invoicerun_act", run.pk, "finalise"), {"on": "2999-01-01"})
    assert "2999-01-01 is to come" in answer.content.decode()
    parked = RunAccount.objects.get().account
    make_profile(account=parked)
    finance.post(page("invoicerun_act", run.pk, "retry"))
    assert not RunAccount.objects.exists()


def test_a_run_of_a_day_to_come_is_refused(finance):
    answer = finance.post(
        page("invoicerun_add"), {"through_on": "2999-01-01", "issued_on": "2999-01-01"}
    )

    assert (answer.status_code, InvoiceRun.objects.exists()) == (422, False)


@pytest.mark.parametrize("lines", [1, 30])
def test_the_queries_of_a_document_do_not_grow_with_its_lines(
    finance, lines, django_assert_max_num_queries
):
    invoice = final(draft(*["10.00"] * lines))
    finance.get(page("document_change", invoice.pk))

    with django_assert_max_num_queries(26):
        finance.get(page("document_change", invoice.pk))


def test_a_series_keeps_its_looks_once_it_has_numbered(finance):
    invoice = final(draft())
    shown = finance.get(page("series_change", invoice.series_id)).context_data["adminform"]

    assert {"prefix", "digits", "kind", "seller"} <= set(shown.readonly_fields)
    other = Series.objects.get(kind="CREDIT_NOTE")
    fresh = finance.get(page("series_change", other.pk)).context_data["adminform"]
    assert "prefix" not in fresh.readonly_fields


def test_a_currency_with_something_open_stays(finance):
    invoice = final(draft())
    profile = BillingProfile.objects.get(account=invoice.account)
    url = page("billingprofile_change", profile.pk)
    typed = dict(finance.get(url).context_data["adminform"].form.initial)
    typed = {name: value for name, value in typed.items() if value not in (None, False)}

    answer = finance.post(url, {**typed, "currency": "EUR"})

    assert "It owes something in USD" in answer.content.decode()
    finance.post(url, {**typed, "payment_days": "45", "change_reason": "Agreed"})
    profile.refresh_from_db()
    assert (profile.payment_days, profile.history.first().history_change_reason) == (45, "Agreed")


def test_who_only_looks_presses_nothing(client):
    duty = make_staff(is_duty_manager=True)
    client.force_login(duty)
    document = draft()

    shown = client.get(page("document_change", document.pk)).content.decode()

    assert "Make it final" not in shown
    assert client.post(page("document_act", document.pk, "finalise")).status_code == 403
    assert client.get(page("invoicerun_add")).status_code == 403


def test_a_run_that_stands_still_says_so(finance):
    run = start_run(
        through_on=ISSUED_ON, issued_on=ISSUED_ON, at=MORNING - timedelta(hours=1), by=None
    )

    assert "It stands still" in finance.get(page("invoicerun_change", run.pk)).content.decode()
