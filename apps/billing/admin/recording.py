"""Recording a payment by hand: what it would settle is shown, and may be changed, before."""

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from apps.billing.admin.acting import FORM_REFUSED, person
from apps.billing.admin.fields import (
    amount_field,
    day_field,
    method_field,
    text_field,
    whose_field,
)
from apps.billing.admin.payment_acts import typed_allocations
from apps.billing.models import BillingProfile, Payment
from apps.billing.queries.days import today_of
from apps.billing.queries.proposal import alike_payments, proposed
from apps.billing.rules.money import ZERO
from apps.billing.services.payment_checks import check_facts
from apps.billing.services.payments import named_of, record_payment
from apps.billing.services.refusal import BillingRefused
from apps.contracts.admin.keys import key_in
from apps.contracts.models import Account

TEMPLATE = "admin/billing/payment/record.html"


class ReceiptForm(forms.Form):
    """Money that came in, as somebody writes it down."""

    whose = whose_field()
    amount = amount_field("Amount")
    received_on = day_field("Received on")
    method = method_field()
    reference = text_field("Reference, as the payer wrote it", longest=140)
    note = text_field("Note for us", longest=250)
    act_key = forms.UUIDField(widget=forms.HiddenInput)

    def account(self) -> Account:
        """Return whose payment it is."""
        account: Account = self.cleaned_data["whose"]
        return account


def record_payment_page(request: HttpRequest, *, site: dict[str, Any]) -> HttpResponse:
    """Show the form; then what the payment would settle; then record it."""
    if request.method != "POST":
        return _page(request, site, ReceiptForm(initial=_initial(request)))
    form = ReceiptForm(request.POST)
    if not form.is_valid():
        return _page(request, site, form, status=FORM_REFUSED)
    try:
        _check(form)
        if request.POST.get("then") == "record":
            return _record(request, form)
    except BillingRefused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, site, form, status=FORM_REFUSED)
    return _page(request, site, form, preview=_preview(form))


def _initial(request: HttpRequest) -> dict[str, Any]:
    account = Account.objects.filter(pk=key_in(request.GET.get("account", ""))).first()
    now = timezone.now()
    return {
        "whose": account.name if account else "",
        "received_on": today_of(account, at=now) if account else timezone.localtime(now).date(),
        "method": Payment.Method.BANK,
        "act_key": uuid4(),
    }


def _check(form: ReceiptForm) -> None:
    said = form.cleaned_data
    check_facts(
        account=form.account(),
        amount=said["amount"],
        currency=_currency(form.account()),
        on=said["received_on"],
        method=said["method"],
        texts={"reference": said["reference"], "note": said["note"]},
        at=timezone.now(),
    )
    named_of(form.account(), said["reference"])


def _currency(account: Account) -> str:
    profile = BillingProfile.objects.filter(account=account).first()
    return profile.currency if profile else ""


def _preview(form: ReceiptForm) -> dict[str, Any]:
    said, account = form.cleaned_data, form.account()
    rows = proposed(account, amount=said["amount"], reference=said["reference"])
    settled = sum((row.amount for row in rows), ZERO)
    return {
        "account": account,
        "currency": _currency(account),
        "rows": rows,
        "settled": settled,
        "credit": said["amount"] - settled,
        "alike": alike_payments(
            account,
            amount=said["amount"],
            on=said["received_on"],
            reference=said["reference"],
        ),
    }


def _record(request: HttpRequest, form: ReceiptForm) -> HttpResponse:
    said, account = form.cleaned_data, form.account()
    key: UUID = said["act_key"]
    amounts = typed_allocations(request.POST)
    payment = record_payment(
        account=account,
        amount=said["amount"],
        currency=_currency(account),
        received_on=said["received_on"],
        method=said["method"],
        reference=said["reference"],
        note=said["note"],
        source_key=f"hand:{key}",
        at=timezone.now(),
        by=person(request),
        allocations={each: amount for each, amount in amounts.items() if amount},
    )
    messages.success(request, f"Recorded: {payment}, from {account}.")
    return HttpResponseRedirect(reverse("admin:billing_payment_change", args=[payment.pk]))


def _page(
    request: HttpRequest,
    site: dict[str, Any],
    form: ReceiptForm,
    *,
    preview: dict[str, Any] | None = None,
    status: int | None = None,
) -> HttpResponse:
    context = {**site, "form": form, "preview": preview}
    return TemplateResponse(request, TEMPLATE, context, status=status)
