"""What accounts owe and have paid: each invoice, credit note and payment with what is open."""

from collections.abc import Iterable

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from apps.billing.admin.acting import account_link, day, money
from apps.billing.models import OpenItem
from apps.outbox.readonly import ReadOnlyAdmin

Side = OpenItem.Side


class OpenFilter(admin.SimpleListFilter):
    """What is open still; or all that ever was."""

    title = "what is open"
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Iterable:
        return [("yes", "Open"), ("disputed", "Disputed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "disputed":
            return queryset.filter(disputed_amount__gt=0)
        return queryset.filter(open_amount__gt=0) if self.value() == "yes" else queryset


@admin.register(OpenItem)
class OpenItemAdmin(ReadOnlyAdmin):
    """Open items follow from documents, payments and allocations: nobody edits them."""

    list_display = [
        "of",
        "account_tag",
        "side_tag",
        "dated",
        "due",
        "whole_amount",
        "left_amount",
        "doubted_amount",
    ]
    list_display_links = None
    list_filter = [OpenFilter, "side", "currency"]
    search_fields = ["document__reference__istartswith", "account__name__icontains"]
    search_help_text = "Start of the number, account"

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup == "account__id__exact" or super().lookup_allowed(lookup, value, request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[OpenItem]:
        return super().get_queryset(request).select_related("account", "document", "payment")

    @display(description="Document")
    def of(self, row: OpenItem) -> SafeString | str:
        name = str(row.document or row.payment)
        page = _page_of(row)
        if not page:
            return name
        return format_html('<a class="fl-link fl-nowrap" href="{}">{}</a>', page, name)

    @display(description="Account")
    def account_tag(self, row: OpenItem) -> SafeString | str:
        return account_link(row.account)

    @display(description="Side", label={Side.DEBIT: "warning", Side.CREDIT: "success"})
    def side_tag(self, row: OpenItem) -> tuple[str, str]:
        return row.side, row.get_side_display()

    @display(description="Dated")
    def dated(self, row: OpenItem) -> SafeString | str:
        return day(row.dated_on)

    @display(description="Due")
    def due(self, row: OpenItem) -> SafeString | str:
        return day(row.due_on)

    @display(description="Amount")
    def whole_amount(self, row: OpenItem) -> SafeString:
        return money(row.amount, row.currency)

    @display(description="Open")
    def left_amount(self, row: OpenItem) -> SafeString:
        return money(row.open_amount, row.currency)

    @display(description="Disputed")
    def doubted_amount(self, row: OpenItem) -> SafeString | str:
        return money(row.disputed_amount, row.currency) if row.disputed_amount else "–"


def _page_of(item: OpenItem) -> str:
    """Return the page of what an item is of; "": it has none."""
    model, key = (
        ("document", item.document_id) if item.document_id else ("payment", item.payment_id)
    )
    try:
        return reverse(f"admin:billing_{model}_change", args=[key])
    except NoReverseMatch:
        return ""
