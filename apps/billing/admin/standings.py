"""Standings as finance looks at them: why, what comes, what was told, and who is spared."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.decorators import display

from apps.billing.admin.acting import (
    FORM_REFUSED,
    MoneyAdmin,
    account_link,
    instant,
    money,
    person,
)
from apps.billing.admin.standing_forms import SpareForm
from apps.billing.admin.standing_page import clauses_of, page_of, told_of
from apps.billing.models import StandingNotice, StandingReview
from apps.billing.queries.standings_ahead import AHEAD, changes_ahead
from apps.billing.services.exempting import exempt
from apps.billing.services.refusal import BillingRefused
from apps.contracts.models import Account, Standing
from apps.tickets.admin.explained import explained

STATE_LABELS = {
    Standing.State.GOOD: "success",
    Standing.State.SUPPORT_SUSPENDED: "warning",
    Standing.State.DASHBOARD_SUSPENDED: "danger",
}
ADD = "billing.add_exemption"


def account_page(pk: int) -> str:
    """Return the address of an account's standing."""
    return reverse("admin:billing_standing_account", args=[pk])


def _page_said(text: str) -> int:
    # Four digits are more pages than there are accounts.
    is_number = text.isascii() and text.isdigit() and len(text) <= 4  # noqa: PLR2004
    return max(int(text), 1) if is_number else 1


@admin.register(StandingReview)
class StandingReviewAdmin(MoneyAdmin):
    """Each change with its evidence; and the pages of an account's standing and of what comes."""

    when_empty = "No standing has changed yet. Here is what comes in the next days."
    when_empty_page = "admin:billing_standing_ahead"
    list_display = ["when", "account_tag", "before", "after", "late_amount", "days", "who"]
    list_display_links = ["when"]
    list_filter = ["to_state", "is_proposal"]
    list_select_related = ["account", "by"]
    search_fields = ["account__name__icontains"]
    search_help_text = "Account"
    page_template = "admin/billing/standing/review.html"
    page_related = ("account", "version", "by", "exemption")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("account/<int:pk>/", view(self.account_view), name="billing_standing_account"),
            path("account/<int:pk>/spare/", view(self.spare_view), name="billing_standing_spare"),
            path("ahead/", view(self.ahead_view), name="billing_standing_ahead"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("documents", "explanation")

    def page_of(self, request: HttpRequest, record: StandingReview) -> dict[str, Any]:
        zone = record.version.time_zone if record.version else "UTC"
        clauses = clauses_of(record.version_id)
        return {
            "review": record,
            "zone": zone,
            "account_page": account_page(record.account_id),
            "steps": explained(record.explanation, zone=zone, clauses=clauses),
            "more": record.documents_count - len(record.documents),
            "told": told_of(StandingNotice.objects.filter(review=record)),
        }

    def account_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show how an account stands, why, what comes, and what was done.

        Clause: S-12, R-4, R-5, R-12.
        """
        return self._account_page(request, self._account(request, pk), SpareForm())

    def spare_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Exempt an account, or take down its promise to pay.

        Clause: S-12, R-12.
        """
        account = self._account(request, pk)
        if not request.user.has_perm(ADD):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseRedirect(account_page(pk))
        form = SpareForm(request.POST)
        if form.is_valid():
            try:
                made = exempt(
                    account=account, at=timezone.now(), by=person(request), **form.cleaned_data
                )
            except BillingRefused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, f"{made.get_kind_display()} until {made.until_on}.")
                return HttpResponseRedirect(account_page(pk))
        return self._account_page(request, account, form, status=FORM_REFUSED)

    def ahead_view(self, request: HttpRequest) -> HttpResponse:
        """List what changes in the next days if nothing is paid.

        Clause: S-12.
        """
        if not self.has_view_permission(request):
            raise PermissionDenied
        page = _page_said(request.GET.get("p", ""))
        rows, has_more = changes_ahead(at=timezone.now(), page=page)
        labels = dict(Standing.State.choices)
        context = {
            **self.site(request),
            "opts": None,
            "title": f"What changes in the next {AHEAD} days",
            "days": AHEAD,
            "page": page,
            "before": page - 1,
            "next": page + 1 if has_more else 0,
            "rows": [
                (row, labels[row.from_state], labels[row.to_state], account_page(row.account.pk))
                for row in rows
            ],
        }
        return TemplateResponse(request, "admin/billing/standing/ahead.html", context)

    def _account(self, request: HttpRequest, pk: int) -> Account:
        if not self.has_view_permission(request):
            raise PermissionDenied
        account = Account.objects.filter(pk=pk).first()
        if account is None:
            raise Http404
        return account

    def _account_page(
        self, request: HttpRequest, account: Account, form: SpareForm, *, status: int | None = None
    ) -> HttpResponse:
        may = request.user.has_perm
        context = {
            **self.site(request),
            **page_of(account, at=timezone.now()),
            "opts": None,
            "title": f"Standing of {account}",
            "form": form,
            "may_spare": may(ADD),
            "may_revoke": may("billing.change_exemption"),
            "may_set": may("contracts.change_standing"),
            "may_see_mails": may("outbox.view_message"),
        }
        template = "admin/billing/standing/account.html"
        return TemplateResponse(request, template, context, status=status)

    @display(description="When", ordering="-pk")
    def when(self, row: StandingReview) -> SafeString:
        return instant(row.at)

    @display(description="Account")
    def account_tag(self, row: StandingReview) -> SafeString | str:
        return account_link(row.account)

    @display(description="From", label=STATE_LABELS)
    def before(self, row: StandingReview) -> tuple[str, str]:
        return row.from_state, row.get_from_state_display()

    @display(description="To", label=STATE_LABELS)
    def after(self, row: StandingReview) -> tuple[str, str]:
        proposed = "proposed: " if row.is_proposal else ""
        return row.to_state, f"{proposed}{row.get_to_state_display()}"

    @display(description="Overdue")
    def late_amount(self, row: StandingReview) -> SafeString:
        return money(row.overdue_amount, row.currency)

    @display(description="By")
    def who(self, row: StandingReview) -> str:
        return str(row.by or "By itself")
