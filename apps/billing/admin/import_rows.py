"""Rows of a bank's file that wait for a person: whose they are, or that they are none."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.safestring import SafeString
from unfold.decorators import display

from apps.billing.admin.acting import Act, MoneyAdmin, account_link, day, money
from apps.billing.admin.fields import checked, text_field, whose_field
from apps.billing.models import PaymentImportRow
from apps.billing.queries.named import documents_named
from apps.billing.services.import_rows import book_row, set_row_aside
from apps.contracts.models import User

State = PaymentImportRow.State


class BookForm(forms.Form):
    """Whose payment a row is."""

    whose = whose_field()
    as_credit = forms.BooleanField(required=False)
    reason = text_field("Why it is another payment", longest=400)


class AsideForm(forms.Form):
    """Why a row is not booked."""

    why = text_field("Why", longest=400)


def _book(row: PaymentImportRow, given: QueryDict, by: User, at: datetime) -> str:
    said = checked(BookForm(given))
    payment = book_row(
        row=row,
        account=said["whose"],
        as_credit=said["as_credit"],
        reason=said["reason"],
        by=by,
        at=at,
    )
    return f"Booked: {payment}, from {payment.account}."


def _aside(row: PaymentImportRow, given: QueryDict, by: User, at: datetime) -> str:
    set_row_aside(row=row, why=checked(AsideForm(given))["why"], by=by, at=at)
    return "The row is set aside."


ACTS: Mapping[str, Act] = {"book": _book, "aside": _aside}


class LookFilter(admin.SimpleListFilter):
    """Those that wait for a person; or all of them."""

    title = "what waits"
    parameter_name = "look"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Iterable:
        return [("person", "For a person to look at")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() != "person":
            return queryset
        return queryset.filter(state__in=PaymentImportRow.FOR_A_PERSON)


@admin.register(PaymentImportRow)
class PaymentImportRowAdmin(MoneyAdmin):
    """A row stays as the bank wrote it; a person says what becomes of it."""

    list_display = ["received", "sum_amount", "said", "account_tag", "state_tag", "why", "file"]
    list_display_links = ["received"]
    list_filter = [LookFilter, "state"]
    search_fields = ["reference__icontains", "payer__icontains"]
    search_help_text = "Reference, who paid"
    page_template = "admin/billing/paymentimportrow/page.html"
    page_related = ("payment_import__imported_by", "account", "payment", "decided_by")
    acts = ACTS

    def get_queryset(self, request: HttpRequest) -> QuerySet[PaymentImportRow]:
        return super().get_queryset(request).select_related("account", "payment_import")

    def has_act_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perms(["billing.change_paymentimportrow", "billing.add_payment"])

    def page_of(self, request: HttpRequest, record: PaymentImportRow) -> dict[str, Any]:
        named = documents_named([record.reference])[record.reference]
        return {
            "row": record,
            "named": named,
            "waits": record.state in (*PaymentImportRow.FOR_A_PERSON, State.ASIDE),
            "whose": record.account or (named[0].account if len(named) == 1 else ""),
        }

    @display(description="Date", ordering="-pk")
    def received(self, row: PaymentImportRow) -> SafeString | str:
        return day(row.received_on)

    @display(description="Amount")
    def sum_amount(self, row: PaymentImportRow) -> SafeString:
        return money(row.amount, row.currency)

    @display(description="What the bank says", empty_value="–")
    def said(self, row: PaymentImportRow) -> str | None:
        return " · ".join(filter(None, [row.reference, row.payer])) or None

    @display(description="Account")
    def account_tag(self, row: PaymentImportRow) -> SafeString | str:
        return account_link(row.account)

    @display(
        description="State",
        label={
            State.WAITING: "info",
            State.BOOKED: "success",
            State.UNMATCHED: "warning",
            State.DUPLICATE: "warning",
            State.REFUSED: "danger",
            State.ASIDE: "info",
        },
    )
    def state_tag(self, row: PaymentImportRow) -> tuple[str, str]:
        return row.state, row.get_state_display()

    @display(description="File")
    def file(self, row: PaymentImportRow) -> str:
        return f"{row.payment_import}, row {row.number}"
