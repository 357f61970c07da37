"""Invoices and credit notes: the list, each one's page and PDF, and what is done with drafts."""

from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
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
    day,
    money,
    one_line,
    person,
)
from apps.billing.admin.document_acts import ACTS, REFUNDS
from apps.billing.admin.document_list import LookFilter, sums_of
from apps.billing.admin.document_page import page_of
from apps.billing.admin.fields import day_field, whose_field
from apps.billing.invoice_pdf import document_pdf, file_name
from apps.billing.models import Document, Payment
from apps.billing.queries.days import today_of
from apps.billing.services.drafting import draft_documents
from apps.billing.services.refusal import BillingRefused
from apps.contracts.admin.keys import key_in
from apps.contracts.models import Account

State, Kind = Document.State, Document.Kind
BESIDE = "What goes back of earlier invoices is on a credit note beside it:"


class DraftForm(forms.Form):
    """Whose work is invoiced, through which day."""

    account = whose_field()
    through_on = day_field("Incurred through")


@admin.register(Document)
class DocumentAdmin(MoneyAdmin):
    """Documents are drafted, made final and credited by services; the database keeps final ones."""

    list_display = [
        "named",
        "account_tag",
        "kind_tag",
        "state_tag",
        "issued",
        "due",
        "whole_amount",
        "left_amount",
    ]
    list_display_links = ["named"]
    list_filter = [LookFilter, "kind", "currency"]
    date_hierarchy = "issued_on"
    search_fields = ["reference__iexact", "reference__startswith", "account__name__icontains"]
    search_help_text = "Number, account"
    list_before_template = "admin/billing/document/list_sums.html"
    page_template = "admin/billing/document/page.html"
    page_related = (
        "account",
        "series__seller",
        "run",
        "corrects",
        "drafted_by",
        "finalised_by",
    )

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        asked = lookup in ("account__id__exact", "run__id__exact")
        return asked or super().lookup_allowed(lookup, value, request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("billing.add_document")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Document]:
        rows = super().get_queryset(request).select_related("account", "item")
        return rows.defer("parties", "terms")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/pdf/", view(self.pdf_view), name="billing_document_pdf"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list, and above it what its documents come to."""
        response = super().changelist_view(request, extra_context)
        context = getattr(response, "context_data", None)
        if context and "cl" in context:
            sums, is_whole = sums_of(context["cl"].queryset)
            context |= {"sums": sums, "is_whole": is_whole}
            context |= {"may_draft": self.has_add_permission(request)}
        return response

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Draft what is ready to be invoiced of an account."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = DraftForm(request.POST or None, initial=_initial(request))
        if request.method == "POST" and form.is_valid():
            try:
                made = draft_documents(
                    account=form.cleaned_data["account"],
                    through_on=form.cleaned_data["through_on"],
                    at=timezone.now(),
                    by=person(request),
                )
            except BillingRefused as refusal:
                form.add_error(None, str(refusal))
            else:
                for beside in made[1:]:
                    messages.info(request, f"{BESIDE} {beside}.")
                return HttpResponseRedirect(_page(made[0]))
        context = {**self.site(request), "title": "Draft an invoice", "form": form}
        status = FORM_REFUSED if form.errors else None
        return TemplateResponse(
            request, "admin/billing/document/draft.html", context, status=status
        )

    def act_view(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        """Do what a button says; or show the page again with what was typed, and why not."""
        document = self.found(request, pk)
        if not self.has_act_permission(request):
            raise PermissionDenied
        if name not in ACTS:
            raise Http404
        if request.method != "POST":
            return HttpResponseRedirect(_page(document))
        try:
            done = ACTS[name](document, request.POST, person(request), timezone.now())
        except BillingRefused as refusal:
            now = self.found(request, pk)  # as it is now
            typed = {"problem": str(refusal), "refused": name, "typed": request.POST.dict()}
            return self.show(request, now, status=FORM_REFUSED, **typed)
        messages.success(request, done.words)
        gone = reverse("admin:billing_document_changelist")
        return HttpResponseRedirect(_page(done.document) if done.document else gone)

    def pdf_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the PDF: of a draft as it would be, and marked."""
        document = self.found(request, pk)
        headers = {
            "Content-Disposition": f'inline; filename="{file_name(document)}"',
            "X-Content-Type-Options": "nosniff",
        }
        content = document_pdf(document)
        return HttpResponse(content, content_type="application/pdf", headers=headers)

    def page_of(self, request: HttpRequest, record: Document) -> dict[str, Any]:
        shown = page_of(
            record,
            number=request.GET.get("lines", "1"),
            zone=timezone.get_current_timezone_name(),
            today=today_of(record.account, at=timezone.now()),
            dated_on=record.series.seller.today(at=timezone.now()),
        )
        is_credit = record.kind == Kind.CREDIT_NOTE and shown["item"] and shown["item"].open_amount
        may_act = self.has_act_permission(request) and request.user.has_perm(REFUNDS)
        if is_credit and may_act:
            shown |= {"may_refund": True, "methods": Payment.Method.choices, "fresh_key": uuid4()}
        return shown

    @display(description="Number")
    def named(self, row: Document) -> SafeString:
        return one_line(str(row))

    @display(description="Account")
    def account_tag(self, row: Document) -> SafeString | str:
        return account_link(row.account)

    @display(description="Kind", label={Kind.INVOICE: "info", Kind.CREDIT_NOTE: "warning"})
    def kind_tag(self, row: Document) -> tuple[str, str]:
        return row.kind, row.get_kind_display()

    @display(
        description="State",
        label={"Draft": "warning", "Open": "info", "Overdue": "danger", "Settled": "success"},
    )
    def state_tag(self, row: Document) -> str:
        if row.state == State.DRAFT:
            return "Draft"
        if not row.item.open_amount:
            return "Settled"
        is_late = row.kind == Kind.INVOICE and _is_before(row.due_on, timezone.localdate())
        return "Overdue" if is_late else "Open"

    @display(description="Issued")
    def issued(self, row: Document) -> SafeString | str:
        return day(row.issued_on)

    @display(description="Due")
    def due(self, row: Document) -> SafeString | str:
        return day(row.due_on if row.kind == Kind.INVOICE else None)

    @display(description="Total")
    def whole_amount(self, row: Document) -> SafeString:
        return money(row.total_amount, row.currency)

    @display(description="Open")
    def left_amount(self, row: Document) -> SafeString | str:
        return money(row.item.open_amount, row.currency) if row.state == State.FINAL else "–"


def _is_before(on: date | None, today: date) -> bool:
    return on is not None and on < today


def _page(document: Document) -> str:
    return reverse("admin:billing_document_change", args=[document.pk])


def _initial(request: HttpRequest) -> dict[str, Any]:
    account = Account.objects.filter(pk=key_in(request.GET.get("account", ""))).first()
    return {"account": account.name if account else "", "through_on": timezone.localdate()}
