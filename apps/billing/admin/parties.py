"""Who bills, under which numbers and taxes, and how each account is billed: kept with history."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.admin import TabularInline
from unfold.decorators import display

from apps.billing.admin.acting import account_link
from apps.billing.models import (
    BillingProfile,
    Seller,
    Series,
    TaxCategory,
    TaxRate,
)
from apps.billing.queries.rates import rates_on
from apps.billing.services.currency import check_currency, rate_anew
from apps.billing.services.following import follow_profile
from apps.billing.services.refusal import BillingRefused
from apps.billing.wording import share
from apps.contracts.admin.kept import KeptAdmin, KeptForm
from apps.contracts.services.order_fees import mark_account


@admin.register(Seller)
class SellerAdmin(KeptAdmin):
    """The legal persons that bill; final documents keep their own copy."""

    list_display = ["name", "country", "tax_number", "email", "time_zone"]
    search_fields = ["name__icontains", "tax_number__icontains"]
    search_help_text = "Name, tax number"
    fieldsets = [
        (None, {"fields": ["name", "address", "country", "tax_number", "email"]}),
        ("On each document", {"fields": ["time_zone", "bank_details", "note"]}),
        ("History", {"fields": ["change_reason"]}),
    ]


@admin.register(Series)
class SeriesAdmin(KeptAdmin):
    """Series of numbers. What its numbers look like stays, once it has given one."""

    list_display = ["prefix", "seller", "kind", "next_printed", "last_issued_on"]
    list_filter = ["kind"]
    list_select_related = ["seller"]
    fields = ["seller", "kind", "prefix", "digits", "next_printed", "last_issued", "change_reason"]
    readonly_fields = ["next_printed", "last_issued"]
    fixed: ClassVar[list[str]] = ["seller", "kind", "prefix", "digits"]

    @display(description="Next number")
    def next_printed(self, row: Series) -> str:
        return row.printed(row.next_number) if row.prefix else "–"

    @display(description="Last issued on")
    def last_issued(self, row: Series) -> str:
        return str(row.last_issued_on or "–")

    def get_readonly_fields(self, request: HttpRequest, obj: Series | None = None) -> list[str]:
        is_used = obj is not None and obj.next_number > 1
        return [*self.readonly_fields, *(self.fixed if is_used else [])]


class TaxRateInline(TabularInline):
    """The rates of a category; of a day counts the latest that has begun."""

    model = TaxRate
    extra = 0
    hide_title = True


@admin.register(TaxCategory)
class TaxCategoryAdmin(KeptAdmin):
    """How supplies are taxed, and at which rate since when."""

    list_display = ["title", "code", "rate_now", "note"]
    list_filter = ["code"]
    fields = ["key", "title", "code", "note", "change_reason"]
    inlines = [TaxRateInline]

    @display(description="Rate today")
    def rate_now(self, row: TaxCategory) -> str:
        percent = rates_on([row.pk], on=timezone.localdate()).get(row.pk)
        return "None yet" if percent is None else share(percent)

    def get_readonly_fields(
        self, request: HttpRequest, obj: TaxCategory | None = None
    ) -> list[str]:
        """Return the key, once it is there: the ledger's accounts of the tax are called so."""
        return ["key"] if obj is not None else []


class BillingProfileForm(KeptForm):
    """How an account is billed, in one currency, by one seller."""

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        own, back = said.get("series"), said.get("credit_series")
        if own and back and own.seller_id != back.seller_id:
            self.add_error("credit_series", "Invoices and credit notes are of one seller.")
        if "currency" in self.changed_data and self.instance.pk and "currency" in said:
            self._check_currency(said["currency"])
        return said

    def _check_currency(self, currency: str) -> None:
        try:
            check_currency(account=self.instance.account, currency=currency, at=timezone.now())
        except BillingRefused as refusal:
            self.add_error("currency", str(refusal))


@admin.register(BillingProfile)
class BillingProfileAdmin(KeptAdmin):
    """How each account is billed; one without is parked by the run."""

    form = BillingProfileForm
    list_display = [
        "account_tag",
        "legal_name",
        "currency",
        "payment_days",
        "tax_category",
        "paused_tag",
    ]
    list_display_links = ["legal_name"]
    list_filter = ["is_paused", "currency", "tax_category"]
    list_select_related = ["account", "tax_category"]
    search_fields = ["account__name__icontains", "legal_name__icontains", "email__icontains"]
    search_help_text = "Account, legal name, address of mails"
    autocomplete_fields = ["account"]
    fieldsets = [
        (None, {"fields": ["account", "legal_name", "address", "country", "tax_number"]}),
        ("Invoices", {"fields": ["email", "buyer_reference", "currency", "payment_days"]}),
        ("Numbers and taxes", {"fields": ["series", "credit_series", "tax_category"]}),
        ("What is charged", {"fields": ["plans_from_on", "is_paused"]}),
        ("History", {"fields": ["change_reason"]}),
    ]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        given: dict[str, Any] = super().get_changeform_initial_data(request)
        # Whoever is billed here from now on was billed elsewhere before, most often.
        return {"plans_from_on": timezone.localdate().replace(day=1), **given}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "tax_category" in form.changed_data:
            follow_profile(account=obj.account, at=timezone.now())
        if "currency" in form.changed_data:
            rate_anew(account=obj.account, at=timezone.now())
        elif "plans_from_on" in form.changed_data:
            mark_account(obj.account, at=timezone.now())

    def get_queryset(self, request: HttpRequest) -> QuerySet[BillingProfile]:
        return super().get_queryset(request).select_related("account")

    def get_readonly_fields(
        self, request: HttpRequest, obj: BillingProfile | None = None
    ) -> list[str]:
        return ["account"] if obj is not None else []

    @display(description="Account")
    def account_tag(self, row: BillingProfile) -> SafeString | str:
        return account_link(row.account)

    @display(description="Run", label={"Paused": "warning", "Taken": "success"})
    def paused_tag(self, row: BillingProfile) -> str:
        return "Paused" if row.is_paused else "Taken"
