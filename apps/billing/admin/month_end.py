"""Month end: what is to be done before a month is closed, closing it, and those that are closed."""

from datetime import date
from decimal import Decimal
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.decorators import display

from apps.billing.admin.acting import plain_money
from apps.billing.admin.sources import page
from apps.billing.models import BillingDispute, ClosedMonth, LedgerCheck
from apps.billing.queries import month_end
from apps.billing.services import BillingRefused, closing
from apps.contracts.admin.keys import key_in
from apps.contracts.models import User
from apps.outbox.readonly import ReadOnlyAdmin

CLOSES, KEEPS = "billing.close_month", "billing.change_books"
FORM_REFUSED = 422
PAGE = "admin/billing/month_end/page.html"
MOST_MONTHS = 12


@admin.register(ClosedMonth)
class ClosedMonthAdmin(ReadOnlyAdmin):
    """Months that were closed, and the page on which the next one is."""

    list_display = ["month", "owed_amount", "closed_at", "closed_by"]
    list_select_related = ["closed_by"]
    change_form_template = "admin/billing/month_end/closed.html"

    @display(description="Month")
    def month(self, row: ClosedMonth) -> str:
        return str(row)

    @display(description="Receivable at its end")
    def owed_amount(self, row: ClosedMonth) -> str:
        amounts = ((kinds.get("RECEIVABLE"), currency) for currency, kinds in row.totals.items())
        return plain_money((amount, currency) for amount, currency in amounts if amount) or "0.00"

    def page_context(self, request: HttpRequest, record: ClosedMonth) -> dict[str, Any]:
        return {"month": record, "totals": _in_words(record)}

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("month-end/", view(self.page_view), name="billing_month_end"),
            path("month-end/check/", view(self.check_view), name="billing_month_end_check"),
            path("month-end/close/", view(self.close_view), name="billing_month_end_close"),
            path("month-end/zone/", view(self.zone_view), name="billing_month_end_zone"),
            *super().get_urls(),
        ]

    def page_view(self, request: HttpRequest) -> HttpResponse:
        """Show the month that is next, with what is not done for it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self._page(request)

    def check_view(self, request: HttpRequest) -> HttpResponse:
        """Verify the ledger now."""
        by = _may(request, CLOSES)
        if request.method == "POST":
            at = timezone.now()
            check = closing.check_ledger(as_of=at.date(), at=at, by=by)
            if check.found_count:
                self.message_user(request, "Something does not agree: see below.", messages.ERROR)
            else:
                words = f"{check.check_count} checks, nothing found."
                self.message_user(request, words, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:billing_month_end"))

    def close_view(self, request: HttpRequest) -> HttpResponse:
        """Close the month that was shown, with what was confirmed of it."""
        by = _may(request, CLOSES)
        if request.method != "POST":
            return HttpResponseRedirect(reverse("admin:billing_month_end"))
        known = ((todo.key, request.POST.get(f"known-{todo.key}", "")) for todo in month_end.todos)
        confirmed = {key: key_in(number) for key, number in known}
        try:
            month = date.fromisoformat(request.POST.get("month", ""))
            done = closing.close_month(month=month, at=timezone.now(), by=by, confirmed=confirmed)
        except ValueError:
            return self._page(request, refused="Which month? Look at the page again.")
        except BillingRefused as refusal:
            return self._page(request, refused=str(refusal))
        self.log_change(request, done, f"Closed {done}.")
        words = f"{done} is closed. Nothing is dated into it any more."
        self.message_user(request, words, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:billing_month_end"))

    def zone_view(self, request: HttpRequest) -> HttpResponse:
        """Set the zone in which a month ends."""
        _may(request, KEEPS)
        if request.method == "POST":
            try:
                kept = closing.set_time_zone(time_zone=request.POST.get("time_zone", ""))
            except ValidationError as refusal:
                return self._page(request, refused=" ".join(refusal.messages))
            words = f"A month ends when its last day is over in {kept.time_zone}."
            self.message_user(request, words, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:billing_month_end"))

    def _page(self, request: HttpRequest, *, refused: str = "") -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": "Month end",
            "original": "Month end",
            "opts": None,
            "is_fullwidth": "1",
            "refused": refused,
            "may_close": request.user.has_perm(CLOSES),
            "may_keep": request.user.has_perm(KEEPS),
            **_standing_of_the_books(),
        }
        status = FORM_REFUSED if refused else None
        return TemplateResponse(request, PAGE, context, status=status)


@admin.register(LedgerCheck)
class LedgerCheckAdmin(ReadOnlyAdmin):
    """Each time that the ledger was verified, and what was found."""

    list_display = ["checked_at", "result", "who", "as_of"]
    list_select_related = ["checked_by"]
    change_form_template = "admin/billing/month_end/check.html"

    @display(description="Result", label={"ok": "success", "wrong": "danger"})
    def result(self, row: LedgerCheck) -> tuple[str, str]:
        if row.found_count:
            return "wrong", f"{row.found_count} found"
        return "ok", "Nothing found"

    @display(description="By")
    def who(self, row: LedgerCheck) -> str:
        return str(row.checked_by or "By night")

    def page_context(self, request: HttpRequest, record: LedgerCheck) -> dict[str, Any]:
        return {"check": record, "more": record.found_count - len(record.findings)}


def _may(request: HttpRequest, permission: str) -> User:
    if not request.user.has_perm(permission):
        raise PermissionDenied
    return cast(User, request.user)


def _standing_of_the_books() -> dict[str, Any]:
    books, month = month_end.books(), month_end.next_month()
    context: dict[str, Any] = {
        "books": books,
        "check": month_end.latest_check(),
        "closed": [
            (row, _in_words(row))
            for row in ClosedMonth.objects.select_related("closed_by")[:MOST_MONTHS]
        ],
    }
    if month is None:
        return context
    ends_on = month_end.last_day(month)
    counts = {each.todo.key: each.count for each in month_end.left_over(through_on=ends_on)}
    return {
        **context,
        "month": month,
        "ends_on": ends_on,
        "is_over": month_end.is_over(month, time_zone=books.time_zone, at=timezone.now()),
        "todos": [
            (todo, counts.get(todo.key, 0), page(todo.page, query=todo.query))
            for todo in month_end.todos
        ],
        "left": [(todo, counts[todo.key]) for todo in month_end.todos if todo.key in counts],
        "disputes": BillingDispute.objects.filter(state__in=BillingDispute.OPEN).count(),
        "disputes_url": page("billing_billingdispute_changelist"),
    }


def _in_words(month: ClosedMonth) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return a closed month's totals: currency, and (kind, balance) each."""
    return [
        (
            currency,
            [(kind.capitalize(), f"{Decimal(amount):,.2f}") for kind, amount in kinds.items()],
        )
        for currency, kinds in month.totals.items()
    ]
