"""Disputes of amounts as finance looks at them: raised for a client, judged, answered."""

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.decorators import display

from apps.billing.admin.acting import (
    FORM_REFUSED,
    MoneyAdmin,
    account_link,
    instant,
    money,
    one_line,
    person,
)
from apps.billing.admin.dispute_acts import ACTS
from apps.billing.admin.fields import amount_field, text_field
from apps.billing.models import BillingDispute, Document, Line, OpenItem
from apps.billing.queries.disputable import disputable_of
from apps.billing.services.disputes import LONGEST_TEXT, raise_dispute
from apps.billing.services.refusal import BillingRefused
from apps.contracts.admin.keys import key_in
from apps.contracts.models import AuthorisedUser

State = BillingDispute.State


class RaiseForm(forms.Form):
    """Which line is disputed, how much of it, by whom and why."""

    line = forms.ModelChoiceField(
        queryset=Line.objects.none(),
        error_messages={
            "required": "Choose the line.",
            "invalid_choice": "That line is not on this invoice.",
        },
    )
    amount = amount_field("Amount before tax")
    client = forms.ModelChoiceField(
        label="Who of the client disputes it",
        queryset=AuthorisedUser.objects.none(),
        required=False,
        empty_label="Nobody of their authorised users",
        widget=forms.Select(attrs={"class": "tk-input"}),
        error_messages={"invalid_choice": "That person is no authorised user of this account."},
    )
    reason = text_field("Why, in their words", longest=LONGEST_TEXT, rows=5)
    act_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, document: Document, **given: Any) -> None:
        super().__init__(data, **given)
        people = AuthorisedUser.objects.filter(order__account=document.account_id, is_active=True)
        self.fields["line"].queryset = document.lines.all()  # type: ignore[attr-defined]
        self.fields["client"].queryset = people.order_by("name", "pk")  # type: ignore[attr-defined]


class LookFilter(admin.SimpleListFilter):
    """Those to be decided; or all of them."""

    title = "what waits"
    parameter_name = "look"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Iterable:
        return [("open", "To be decided")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        is_open = self.value() == "open"
        return queryset.filter(state__in=BillingDispute.OPEN) if is_open else queryset


@admin.register(BillingDispute)
class BillingDisputeAdmin(MoneyAdmin):
    """Disputes are raised and decided through services; each button calls one."""

    when_empty = "Nobody disputes an amount. Note one with the plus sign, where a client calls."
    list_display = ["raised", "document_tag", "account_tag", "sum_amount", "state_tag", "why"]
    list_display_links = ["raised"]
    list_filter = [LookFilter, "state"]
    search_fields = ["document__reference__istartswith", "account__name__icontains"]
    search_help_text = "Start of the invoice's number, account"
    page_template = "admin/billing/billingdispute/page.html"
    page_related = (
        "account",
        "line",
        "document__item",
        "raised_by",
        "recorded_by",
        "credit_note",
        "decided_by",
    )
    acts = ACTS

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("billing.add_billingdispute")

    def get_queryset(self, request: HttpRequest) -> QuerySet[BillingDispute]:
        rows = super().get_queryset(request).defer("answer")
        return rows.select_related("account", "document")

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Take down what a client disputes on an invoice; without one, ask which."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        number = request.GET.get("number", "").strip()
        if number or "document" not in request.GET:
            return self._ask(request, number)
        return self._raise(request, _document(request.GET["document"]))

    def _ask(self, request: HttpRequest, number: str) -> HttpResponse:
        found = Document.objects.filter(kind="INVOICE", reference__iexact=number).first()
        if number and found is not None:
            page = reverse("admin:billing_billingdispute_add")
            return HttpResponseRedirect(f"{page}?document={found.pk}")
        problem = f"There is no invoice “{number[:40]}”." if number else ""
        return self._form(request, problem=problem, number=number)

    def _raise(self, request: HttpRequest, document: Document) -> HttpResponse:
        lines = list(document.lines.all())
        data = request.POST if request.method == "POST" else None
        form = RaiseForm(data, document=document, initial={"act_key": uuid4()})
        if form.is_bound and form.is_valid():
            said = form.cleaned_data
            try:
                made = raise_dispute(
                    line=said["line"],
                    amount=said["amount"],
                    reason=said["reason"],
                    source_key=f"hand:{said['act_key']}",
                    client=said["client"],
                    by=person(request),
                    at=timezone.now(),
                )
            except BillingRefused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, "The dispute is taken down, and the client hears of it.")
                page = reverse("admin:billing_billingdispute_change", args=[made.pk])
                return HttpResponseRedirect(page)
        left = disputable_of(lines)
        return self._form(
            request,
            status=FORM_REFUSED if form.is_bound else None,
            form=form,
            document=document,
            lines=[(line, left[line.pk]) for line in lines],
            chosen=form["line"].value() or (str(lines[0].pk) if len(lines) == 1 else ""),
        )

    def _form(
        self, request: HttpRequest, *, status: int | None = None, **shown: Any
    ) -> HttpResponse:
        context = {**self.site(request), "opts": None, "title": "Dispute an amount", **shown}
        template = "admin/billing/billingdispute/raise.html"
        return TemplateResponse(request, template, context, status=status)

    def page_of(self, request: HttpRequest, record: BillingDispute) -> dict[str, Any]:
        return {
            "dispute": record,
            "document": record.document,
            "document_page": page_of_document(record.document_id),
            "note_page": page_of_document(record.credit_note_id),
            "item": OpenItem.objects.filter(document=record.document_id).first(),
            "steps": list(record.steps.select_related("by", "client").order_by("number")),
            "is_open": record.state in BillingDispute.OPEN,
            "others": BillingDispute.objects.filter(document=record.document_id)
            .exclude(pk=record.pk)
            .count(),
        }

    @display(description="Raised", ordering="-pk")
    def raised(self, row: BillingDispute) -> SafeString:
        return instant(row.raised_at)

    @display(description="Invoice")
    def document_tag(self, row: BillingDispute) -> SafeString:
        return one_line(str(row.document))

    @display(description="Account")
    def account_tag(self, row: BillingDispute) -> SafeString | str:
        return account_link(row.account)

    @display(description="Disputed, before tax")
    def sum_amount(self, row: BillingDispute) -> SafeString:
        return money(row.amount, row.document.currency)

    @display(
        description="State",
        label={
            State.RAISED: "danger",
            State.BONA_FIDE: "warning",
            State.UPHELD: "success",
            State.PARTLY: "success",
            State.REJECTED: "info",
            State.WITHDRAWN: "info",
        },
    )
    def state_tag(self, row: BillingDispute) -> tuple[str, str]:
        return row.state, row.get_state_display()

    @display(description="Why")
    def why(self, row: BillingDispute) -> str:
        return row.reason if len(row.reason) <= 80 else f"{row.reason[:80]}…"  # noqa: PLR2004


def page_of_document(key: int | None) -> str:
    """Return the page of a document; "": there is none."""
    try:
        return reverse("admin:billing_document_change", args=[key]) if key else ""
    except NoReverseMatch:
        return ""


def _document(key: str) -> Document:
    rows = Document.objects.filter(kind="INVOICE", state="FINAL").select_related("account")
    document = rows.filter(pk=key_in(key)).first()
    if document is None:
        raise Http404("A dispute needs its invoice.")
    return document
