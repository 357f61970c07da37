"""Charges as they came: of whom, how much, whether they are billed; and one made by hand."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from apps.billing.admin.acting import FORM_REFUSED, account_link, day, money, person
from apps.billing.admin.fields import amount_field, day_field, text_field, whose_field
from apps.billing.models import Charge, RatedEvent
from apps.billing.services.quoting import charge_by_hand
from apps.billing.services.refusal import BillingRefused
from apps.contracts.admin.keys import key_in
from apps.outbox.readonly import ReadOnlyAdmin
from apps.tickets.admin.forms import named
from apps.tickets.models import Ticket
from apps.tickets.templatetags.tickets import unbroken

State = Charge.State
MAY_CHARGE = "billing.add_manual_charge"
MOST_SUMMED = 10_000  # charges of a list whose sums are shown


class ByHandForm(forms.Form):
    """What is charged by hand. It can be sent twice and charges once."""

    act_key = forms.UUIDField()
    account = whose_field()
    title = text_field("What it is, as the invoice calls it", longest=160)
    amount = amount_field("Amount, before tax")
    incurred_on = day_field("Day of it")
    ticket = text_field("Ticket, if it is about one", longest=20)
    clause = text_field("Clause, if one says so", longest=40)
    reason = text_field("Why", longest=250)

    def clean_ticket(self) -> Ticket | None:
        words = self.cleaned_data["ticket"].strip()
        found = Ticket.objects.numbered(words).first() if words else None
        if words and found is None:
            raise forms.ValidationError("There is no such ticket: write its number, or none.")
        return found

    def facts(self) -> dict[str, Any]:
        """Return what the service is told; the same words again are the same charge."""
        given = dict(self.cleaned_data)
        words = [str(self.data.get(name, "")) for name in sorted(self.fields) if name != "act_key"]
        return {**given, "act_key": named(given["act_key"], *words)}


@admin.register(Charge)
class ChargeAdmin(ReadOnlyAdmin):
    """Charges follow from what events are worth: the page of an event tells why."""

    when_empty = "Charges come from logged time and from the fees of orders."
    list_display = [
        "of",
        "account_tag",
        "whole_amount",
        "off_amount",
        "state_tag",
        "incurred",
        "kind_of",
    ]
    list_display_links = None
    list_filter = ["state", "event__kind", "currency"]
    search_fields = ["account__name__icontains", "event__title__icontains"]
    search_help_text = "Account, words of the title"
    list_before_template = "admin/billing/charge/list_sums.html"

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup == "account__id__exact" or super().lookup_allowed(lookup, value, request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Charge]:
        rows = super().get_queryset(request).select_related("account", "event")
        return rows.defer("explanation", "event__explanation")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("by-hand/", view(self.by_hand_view), name="billing_charge_by_hand"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list, and above it what its charges come to."""
        response = super().changelist_view(request, extra_context)
        context = getattr(response, "context_data", None)
        if context and "cl" in context:
            sums, is_whole = sums_of(context["cl"].queryset)
            may = request.user.has_perm(MAY_CHARGE)
            context |= {"sums": sums, "is_whole": is_whole, "may_charge": may}
        return response

    def change_view(
        self, request: HttpRequest, object_id: str, *args: object, **given: object
    ) -> HttpResponse:
        """Lead to its event: a charge has no page of its own."""
        row = self.get_queryset(request).filter(pk=key_in(object_id)).first()
        if row is None or not self.has_view_permission(request, row):
            return super().change_view(request, object_id, *args, **given)  # type: ignore[arg-type]
        page = reverse("admin:billing_ratedevent_change", args=[row.event_id])
        return HttpResponseRedirect(page)

    def by_hand_view(self, request: HttpRequest) -> HttpResponse:
        """Charge something by hand."""
        if not request.user.has_perm(MAY_CHARGE):
            raise PermissionDenied
        at = timezone.now()
        start = {"act_key": uuid4(), "incurred_on": timezone.localdate()}
        asked = {name: request.GET[name] for name in ("account", "ticket") if name in request.GET}
        form = ByHandForm(request.POST or None, initial={**start, **asked})
        if request.method == "POST" and form.is_valid():
            try:
                event = charge_by_hand(by=person(request), at=at, **form.facts())
            except BillingRefused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, f"Charged: {event.title}.")
                page = reverse("admin:billing_ratedevent_change", args=[event.pk])
                return HttpResponseRedirect(page)
        context = {
            **self.admin_site.each_context(request),
            "opts": None,
            "media": self.media,
            "title": "Charge something by hand",
            "form": form,
        }
        status = FORM_REFUSED if form.errors else None
        return TemplateResponse(
            request, "admin/billing/charge/by_hand.html", context, status=status
        )

    @display(description="Charge")
    def of(self, row: Charge) -> SafeString:
        page = reverse("admin:billing_ratedevent_change", args=[row.event_id])
        return format_html(
            '<a class="fl-link" href="{}">{}</a><span class="fl-line fl-quiet">{}</span>',
            page,
            unbroken(row.event.title),
            days_told(row.event),
        )

    @display(description="Account")
    def account_tag(self, row: Charge) -> SafeString | str:
        return account_link(row.account)

    @display(description="Amount")
    def whole_amount(self, row: Charge) -> SafeString:
        return money(row.amount, row.currency)

    @display(description="Waived")
    def off_amount(self, row: Charge) -> SafeString | str:
        return money(row.waived_amount, row.currency) if row.waived_amount else "–"

    @display(
        description="State",
        label={
            State.READY: "warning",
            State.BILLED: "success",
            State.WAIVED: "info",
            State.NETTED: "info",
        },
    )
    def state_tag(self, row: Charge) -> tuple[str, str]:
        return row.state, row.get_state_display()

    @display(description="Incurred on")
    def incurred(self, row: Charge) -> SafeString | str:
        return day(row.incurred_on)

    @display(description="Kind")
    def kind_of(self, row: Charge) -> str:
        return row.event.get_kind_display()


def days_told(event: RatedEvent) -> str:
    """Return the days of an event, one where it is one."""
    if event.starts_on == event.ends_on:
        return f"{event.starts_on}"
    return f"{event.starts_on} to {event.ends_on}"


def sums_of(rows: QuerySet[Charge]) -> tuple[list[tuple[str, Decimal, Decimal, Decimal]], bool]:
    """Return (currency, charged, waived, left) of charges, and whether that is all of them."""
    columns = rows.order_by().values_list("currency", "amount", "waived_amount")
    found = list(columns[: MOST_SUMMED + 1])
    sums: dict[str, list[Decimal]] = {}
    # Summed here: SQLite would add up floats.
    for currency, amount, waived in found[:MOST_SUMMED]:
        held = sums.setdefault(currency, [Decimal(0), Decimal(0)])
        held[0] += amount
        held[1] += waived
    told = [(name, amount, off, amount - off) for name, (amount, off) in sorted(sums.items())]
    return told, len(found) <= MOST_SUMMED
