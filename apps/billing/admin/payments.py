"""Payments as finance looks at them: the list, a page with what it settles, and its acts."""

from typing import Any
from uuid import uuid4

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.decorators import display

from apps.billing.admin.acting import MoneyAdmin, account_link, day, money
from apps.billing.admin.payment_acts import ACTS
from apps.billing.admin.recording import record_payment_page
from apps.billing.models import Allocation, OpenItem, Payment
from apps.billing.queries.days import today_of
from apps.billing.queries.proposal import MOST_SHOWN

Kind = Payment.Kind


@admin.register(Payment)
class PaymentAdmin(MoneyAdmin):
    """Payments are recorded, reversed and allocated by services; the database keeps them."""

    when_empty = "Record one with the plus sign, or import a file of the bank."
    when_empty_page = "admin:billing_paymentimport_add"
    list_display = [
        "received",
        "account_tag",
        "sum_amount",
        "kind_tag",
        "by_method",
        "said",
        "spare_amount",
    ]
    list_display_links = ["received"]
    list_filter = ["kind", "method", "currency", "received_on"]
    search_fields = ["reference__icontains", "account__name__icontains"]
    search_help_text = "Reference, account"
    ordering = ["-received_on", "-pk"]
    page_template = "admin/billing/payment/page.html"
    page_related = ("account", "recorded_by", "item", "reverses", "reversed_by", "import_row")
    acts = ACTS

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("billing.add_payment")

    def has_act_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Payment]:
        return super().get_queryset(request).select_related("account", "item")

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Record a payment: what it would settle is shown before."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        # No opts: the page is about no payment yet, and is called by its own name.
        site = {**self.site(request), "opts": None, "title": "Record a payment"}
        return record_payment_page(request, site=site)

    def page_of(self, request: HttpRequest, record: Payment) -> dict[str, Any]:
        item = record.item
        own = Allocation.objects.filter(credit=item) | Allocation.objects.filter(debit=item)
        related = ("credit__document", "credit__payment", "debit__document", "debit__payment")
        rows = list(own.select_related(*related, "by", "reversed_by").order_by("pk"))
        is_receipt = record.kind == Kind.RECEIPT
        reversal = getattr(record, "reversed_by", None)
        may_change = is_receipt and reversal is None and self.has_act_permission(request)
        return {
            "payment": record,
            "item": item,
            "allocations": rows,
            "reversal": reversal,
            "import_row": getattr(record, "import_row", None),
            "may_change": may_change,
            "today": today_of(record.account, at=timezone.now()).isoformat(),
            "choices": _choices(item, rows) if may_change else [],
            "methods": Payment.Method.choices,
            "fresh_key": uuid4(),
            "seen": sum(row.credit_id == item.pk for row in rows),
            "open_items": reverse("admin:billing_openitem_changelist")
            + f"?account__id__exact={record.account_id}",
        }

    @display(description="Received", ordering="-received_on")
    def received(self, row: Payment) -> SafeString | str:
        return day(row.received_on)

    @display(description="Account")
    def account_tag(self, row: Payment) -> SafeString | str:
        return account_link(row.account)

    @display(description="Amount")
    def sum_amount(self, row: Payment) -> SafeString:
        return money(row.amount if row.kind == Kind.RECEIPT else -row.amount, row.currency)

    @display(
        description="Kind",
        label={Kind.RECEIPT: "success", Kind.REFUND: "info", Kind.REVERSAL: "danger"},
    )
    def kind_tag(self, row: Payment) -> tuple[str, str]:
        return row.kind, row.get_kind_display()

    @display(description="Method")
    def by_method(self, row: Payment) -> str:
        return row.get_method_display()

    @display(description="Reference", empty_value="–")
    def said(self, row: Payment) -> str | None:
        return row.reference or None

    @display(description="Credit left")
    def spare_amount(self, row: Payment) -> SafeString | str:
        is_credit = row.kind == Kind.RECEIPT and row.item.open_amount
        return money(row.item.open_amount, row.currency) if is_credit else "–"


def _choices(item: OpenItem, rows: list[Allocation]) -> list[dict[str, Any]]:
    """Return what a receipt settles or could settle, with how much it does now.

    That are invoices, and of other receipts that were taken back what is owed.
    """
    now: dict[int, Any] = {}
    for row in rows:
        now[row.debit_id] = now.get(row.debit_id, 0) + row.amount
    debits = OpenItem.objects.filter(account=item.account_id, side="DEBIT")
    debits = debits.exclude(payment__kind=Kind.REFUND).filter(currency=item.currency)
    open_ones = debits.filter(open_amount__gt=0).order_by("due_on", "dated_on", "pk")[:MOST_SHOWN]
    settled = debits.filter(pk__in=[key for key, amount in now.items() if amount])
    related = {
        each.pk: each
        for each in [
            *settled.select_related("document", "payment"),
            *open_ones.select_related("document", "payment"),
        ]
    }
    return [
        {
            "item": each,
            "now": now.get(each.pk, 0),
            "at_most": each.open_amount + now.get(each.pk, 0),
        }
        for each in sorted(related.values(), key=lambda each: (each.due_on, each.pk))
    ]
