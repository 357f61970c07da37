"""The ledger, to look at: balances on a day, what moved on an account, each posting."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from apps.billing.admin.acting import day, money
from apps.billing.admin.sources import source_of
from apps.billing.models import LedgerAccount, Posting
from apps.billing.queries.browsing import named, statement, trial_balances
from apps.contracts.admin.keys import key_in
from apps.outbox.readonly import ReadOnlyAdmin

MOST_PAGES = 10_000
DAY = forms.DateInput(attrs={"type": "date", "class": "tk-input"}, format="%Y-%m-%d")


class DayForm(forms.Form):
    """The day at whose end the balances are shown."""

    on = forms.DateField(widget=DAY)


class PeriodForm(forms.Form):
    """The days of which an account's movements are shown, both included."""

    since = forms.DateField(widget=DAY)
    until = forms.DateField(widget=DAY)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if since and until and since > until:
            self.add_error("until", "This is before the first day. Use that day or a later one.")
        return given


@admin.register(LedgerAccount)
class LedgerAccountAdmin(ReadOnlyAdmin):
    """Accounts of the ledger; each one's page shows what moved on it, with a running balance."""

    list_display = ["title", "kind", "currency"]
    list_filter = ["kind", "currency"]
    list_select_related = ["account"]
    search_fields = ["account__name__icontains", "key__icontains"]
    search_help_text = "Account, kind of revenue, tax category"

    @display(description="Ledger account")
    def title(self, row: LedgerAccount) -> str:
        return named(row)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("trial-balance/", view(self.trial_view), name="billing_ledgeraccount_trial"),
            *super().get_urls(),
        ]

    def trial_view(self, request: HttpRequest) -> HttpResponse:
        """Show the balances of all kinds of ledger accounts at the end of a day."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = DayForm({"on": request.GET.get("on") or timezone.localdate().isoformat()})
        context: dict[str, Any] = {"form": form}
        if form.is_valid():
            context["on"] = form.cleaned_data["on"]
            context["balances"] = trial_balances(on=form.cleaned_data["on"])
        return self._page(request, "trial", "Trial balance", context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if request.method == "POST" or not self.has_view_permission(request):
            raise PermissionDenied
        rows = LedgerAccount.objects.select_related("account")
        account = rows.filter(pk=key_in(object_id)).first()
        if account is None:
            raise Http404(f"There is no ledger account with the key {object_id}.")
        form = _period(request)
        page = min(max(key_in(request.GET.get("page", "")) or 1, 1), MOST_PAGES)
        context: dict[str, Any] = {"form": form, "account": account, "page": page}
        if form.is_valid():
            context |= form.cleaned_data
            context["statement"] = statement(account, **form.cleaned_data, page=page)
        return self._page(request, "account", named(account), context)

    def _page(
        self, request: HttpRequest, name: str, title: str, context: dict[str, Any]
    ) -> HttpResponse:
        site = self.admin_site.each_context(request)
        further = {"title": title, "original": title, "opts": None, "is_fullwidth": "1"}
        template = f"admin/billing/ledger/{name}.html"
        return TemplateResponse(request, template, {**site, **further, **context})


@admin.register(Posting)
class PostingAdmin(ReadOnlyAdmin):
    """Postings as they were written: what moved, and the document or payment it comes of."""

    list_display = ["number", "dated", "source", "moved_amount", "posted_at"]
    list_display_links = ["number"]
    date_hierarchy = None
    search_fields = ["document__reference", "payment__reference__icontains", "key"]
    search_help_text = "Number of a document, reference of a payment"
    change_form_template = "admin/billing/ledger/posting.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Posting]:
        rows = super().get_queryset(request).select_related("document", "payment")
        return rows.annotate(moved=Sum("transfers__amount"))

    @display(description="Posting")
    def number(self, row: Posting) -> str:
        return f"{row.pk}"

    @display(description="Dated")
    def dated(self, row: Posting) -> SafeString | str:
        return day(row.dated_on)

    @display(description="Of")
    def source(self, row: Posting) -> SafeString | str:
        words, url = source_of(row)
        return format_html('<a class="fl-link" href="{}">{}</a>', url, words) if url else words

    @display(description="Moved")
    def moved_amount(self, row: Any) -> SafeString:
        source = row.document or row.payment
        return money(row.moved or 0, source.currency if source else "")

    def page_context(self, request: HttpRequest, record: Posting) -> dict[str, Any]:
        related = ("debit__account", "credit__account")
        words, url = source_of(record)
        transfers = [
            (each, named(each.debit), named(each.credit))
            for each in record.transfers.select_related(*related).order_by("pk")
        ]
        return {"posting": record, "transfers": transfers, "words": words, "source_url": url}


def _period(request: HttpRequest) -> PeriodForm:
    """Return the days that were asked for: unless stated, the last months until today."""
    until = request.GET.get("until") or timezone.localdate().isoformat()
    try:
        since = _months_ago(date.fromisoformat(until)).isoformat()
    except ValueError:
        since = until
    return PeriodForm({"since": request.GET.get("since") or since, "until": until})


def _months_ago(day: date) -> date:
    """Return the first day of the second month before."""
    months = day.year * 12 + day.month - 3
    return date(months // 12, months % 12 + 1, 1)
