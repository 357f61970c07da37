"""Files of a bank or a card company: uploaded, looked at, booked; and what became of each row."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.decorators import display

from apps.billing.admin.acting import FORM_REFUSED, MoneyAdmin, instant, person
from apps.billing.admin.import_forms import (
    MOST_CARRIED,
    ChoicesForm,
    UploadForm,
    carried,
    columns_shown,
    uncarried,
)
from apps.billing.bank_files.choices import Choices
from apps.billing.bank_files.read import BankFile, read_bank_file
from apps.billing.models import PaymentImport, PaymentImportRow
from apps.billing.rules.money import ZERO
from apps.billing.services.import_plan import plan_of
from apps.billing.services.imports import book_import, check_is_new, start_import
from apps.billing.services.planned import Plan
from apps.billing.services.refusal import BillingRefused
from apps.contracts.sheets.sheet import MOST_BYTES, Unreadable

MOST_SHOWN = 300  # rows, and problems, on one page; the rest is counted
AT_ONCE = 100  # rows that are booked before the page answers; a worker books the rest
State = PaymentImportRow.State
TONES = {
    State.WAITING: "fl-green",
    State.BOOKED: "fl-green",
    State.UNMATCHED: "fl-amber",
    State.DUPLICATE: "fl-amber",
    State.REFUSED: "fl-red",
    State.ASIDE: "",
}


@admin.register(PaymentImport)
class PaymentImportAdmin(MoneyAdmin):
    """A file is read, shown and booked; the list says who booked which."""

    when_empty = "Import a file of a bank with the plus sign: it shows first what it would book."
    list_display = ["name", "at", "by", "row_count", "state_tag"]
    list_filter = ["state"]
    search_fields = ["name__icontains"]
    page_template = "admin/billing/paymentimport/page.html"
    page_related = ("imported_by",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perms(["billing.add_paymentimport", "billing.add_payment"])

    def get_queryset(self, request: HttpRequest) -> QuerySet[PaymentImport]:
        return super().get_queryset(request).select_related("imported_by").defer("choices")

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Ask for a file, show what booking it would do, book it."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return self._page(request, form=UploadForm())
        if "carried" in request.POST:
            return self._go_on(request)
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._page(request, form=form, status=FORM_REFUSED)
        upload = form.cleaned_data["file"]
        return self._preview(request, form, upload.read(MOST_BYTES + 1), upload.name or "file.csv")

    def _go_on(self, request: HttpRequest) -> HttpResponse:
        """Show a file anew that the page carried, with other choices; or book it."""
        found = uncarried(request.POST["carried"], by=person(request).pk)
        form = ChoicesForm(request.POST)
        if found is None or not form.is_valid():
            messages.error(request, "This preview is too old. Nothing was booked: upload again.")
            return HttpResponseRedirect(reverse("admin:billing_paymentimport_add"))
        data, name = found
        if request.POST.get("then") == "book":
            return self._book(request, form, data, name)
        return self._preview(request, form, data, name)

    def _book(
        self, request: HttpRequest, form: ChoicesForm, data: bytes, name: str
    ) -> HttpResponse:
        choices = form.choices()
        at = timezone.now()
        try:
            file = read_bank_file(data=data, name=name, choices=choices)
            made = start_import(
                file=file,
                choices=choices,
                seen=request.POST.get("seen", ""),
                by=person(request),
                at=at,
            )
        except (BillingRefused, Unreadable) as refusal:
            return self._preview(request, form, data, name, problem=str(refusal))
        book_import(payment_import=made, at=at, most=AT_ONCE)
        messages.success(request, f"{made} is imported.")
        return HttpResponseRedirect(reverse("admin:billing_paymentimport_change", args=[made.pk]))

    def _preview(
        self, request: HttpRequest, form: ChoicesForm, data: bytes, name: str, problem: str = ""
    ) -> HttpResponse:
        """Show what booking the file would do. Nothing is written."""
        try:
            file = read_bank_file(data=data, name=name, choices=form.choices())
            check_is_new(file)
            packed = carried(data, name, by=person(request).pk)
            if len(packed) > MOST_CARRIED:
                raise Unreadable("This is too much for one import. Split the file.")
        except (BillingRefused, Unreadable) as refusal:
            anew = UploadForm(request.POST)
            anew.errors.clear()
            words = problem or str(refusal)
            return self._page(request, form=anew, problem=words, status=FORM_REFUSED)
        can_plan = not (file.problems or file.header.unclear)
        plan = plan_of(file=file, at=timezone.now()) if can_plan else None
        shown = {**_shown(file, form.choices(), plan), "carried": packed, "problem": problem}
        return self._page(request, form=form, status=FORM_REFUSED if problem else None, **shown)

    def _page(
        self, request: HttpRequest, *, form: ChoicesForm, status: int | None = None, **shown: Any
    ) -> HttpResponse:
        site = {**self.site(request), "opts": None, "title": "Import payments"}
        context = {**site, "form": form, **shown}
        template = "admin/billing/paymentimport/import.html"
        return TemplateResponse(request, template, context, status=status)

    def page_of(self, request: HttpRequest, record: PaymentImport) -> dict[str, Any]:
        counts = record.rows.order_by().values_list("state").annotate(Count("pk"), Sum("amount"))
        rows = record.rows.select_related("account", "payment").order_by("number")
        return {
            "payment_import": record,
            "counts": [
                (State(state).label, TONES[State(state)], count, f"{total:,.2f}")
                for state, count, total in counts
            ],
            "waiting": sum(count for state, count, _ in counts if state == State.WAITING),
            "rows": [(row, TONES[State(row.state)]) for row in rows[:MOST_SHOWN]],
            "more": max(record.row_count - MOST_SHOWN, 0),
        }

    @display(description="Imported", ordering="-pk")
    def at(self, row: PaymentImport) -> SafeString:
        return instant(row.imported_at)

    @display(description="By")
    def by(self, row: PaymentImport) -> str:
        return str(row.imported_by)

    @display(
        description="State",
        label={PaymentImport.State.OPEN: "warning", PaymentImport.State.DONE: "success"},
    )
    def state_tag(self, row: PaymentImport) -> tuple[str, str]:
        return row.state, row.get_state_display()


def _shown(file: BankFile, choices: Choices, plan: Plan | None) -> dict[str, Any]:
    """Return what the preview shows of a file."""
    rows = plan.rows if plan else []
    to_book = plan.of(State.WAITING) if plan else []
    total = sum((each.row.amount for each in to_book), ZERO)
    return {
        "file": file,
        "columns": columns_shown(file.header.names, file.header.fields),
        "unclear": file.header.unclear,
        "problems": file.problems[:MOST_SHOWN],
        "more_problems": len(file.problems[MOST_SHOWN:]),
        "plan": plan,
        "seen": plan.digest if plan else "",
        "counts": [
            (State(state).label, TONES[State(state)], len(plan.of(state)))
            for state in (State.WAITING, *PaymentImportRow.FOR_A_PERSON)
            if plan and plan.of(state)
        ],
        "total": f"{total:,.2f}",
        "rows": [(each, State(each.state).label, TONES[State(each.state)]) for each in rows][
            :MOST_SHOWN
        ],
        "more": len(rows[MOST_SHOWN:]),
        "outgoing": len(file.outgoing),
    }
