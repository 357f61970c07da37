"""What was rated: what it is worth and why, what was charged of it, and what people decide."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display
from unfold.utils import display_for_label

from apps.billing.admin.acting import Act, MoneyAdmin, account_link, instant, money
from apps.billing.admin.costs import why
from apps.billing.admin.price_acts import ACTS, MAY
from apps.billing.models import Charge, RatedEvent, WaiverRequest
from apps.contracts.admin.keys import key_in
from apps.contracts.queries.catalogue import catalogue
from apps.outbox.readonly import ReadOnlyAdmin
from apps.tickets.admin.explained import explained
from apps.tickets.templatetags.tickets import unbroken

HeldFor = RatedEvent.HeldFor
ANY, PERSON = "any", "person"


class HeldFilter(admin.SimpleListFilter):
    """What waits for somebody, and for what."""

    title = "what it waits for"
    parameter_name = "held"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Iterable:
        waits = [(value, label) for value, label in HeldFor.choices if value]
        return [(ANY, "Anything"), (PERSON, "A person's word"), *waits]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == PERSON:
            return queryset.filter(held_for__in=[HeldFor.QUOTE, HeldFor.TERM])
        if self.value() == ANY:
            return queryset.filter(~Q(held_for=""))
        return queryset.filter(held_for=self.value()) if self.value() else queryset


TONES = {HeldFor.QUOTE: "danger", HeldFor.TERM: "danger", HeldFor.FINDING: "warning"}


@admin.register(RatedEvent)
class RatedEventAdmin(MoneyAdmin):
    """What work and plans are worth: rated by the policy, or held until somebody decides."""

    page_template = "admin/billing/ratedevent/page.html"
    page_related = ("account", "order", "ticket", "version", "fee")
    acts: ClassVar[Mapping[str, Act]] = ACTS
    list_display = [
        "of",
        "account_tag",
        "worth_of_amount",
        "held_tag",
        "counted_minutes",
        "kind",
        "rated",
    ]
    list_display_links = ["of"]
    list_filter = [HeldFilter, "kind"]
    search_fields = ["account__name__icontains", "title__icontains"]
    search_help_text = "Account, words of the title"

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        asked = lookup in ("account__id__exact", "ticket__id__exact")
        return asked or super().lookup_allowed(lookup, value, request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[RatedEvent]:
        rows = super().get_queryset(request).select_related("account")
        return rows.defer("explanation")

    def has_act_permission(self, request: HttpRequest) -> bool:
        """Whether the reader may do any of it; each act asks for its own right."""
        return any(request.user.has_perm(right) for right in MAY.values())

    def page_of(self, request: HttpRequest, record: RatedEvent) -> dict[str, Any]:
        zone = timezone.get_current_timezone_name()
        clauses = catalogue(record.version_id).clauses if record.version_id else {}
        charges = list(record.charges.select_related("line__document").order_by("number"))
        may = {name: request.user.has_perm(right) for name, right in MAY.items()}
        asked = WaiverRequest.objects.filter(charge__event=record).order_by("pk")
        requests = list(asked.select_related("asked_by", "decided_by", "charge"))
        waiting = {row.charge_id for row in requests if row.state == WaiverRequest.State.ASKED}
        ready = [row for row in charges if _may_be_waived(row) and row.pk not in waiting]
        return {
            "event": record,
            "zone": zone,
            "steps": why(record.explanation, zone=zone, version_id=record.version_id),
            "charges": [
                (row, explained(row.explanation, zone=zone, clauses=clauses)) for row in charges
            ],
            "charged": sum(row.amount - row.waived_amount for row in charges),
            "quotes": record.quotes.select_related("by").order_by("pk"),
            "requests": requests,
            "ready": ready,
            "may": may,
            "may_ask": bool(ready) and may["ask"],
            "is_open": record.held_for in (HeldFor.QUOTE, HeldFor.TERM)
            or (record.quoted_amount is not None and record.kind != RatedEvent.Kind.MANUAL),
        }

    @display(description="Event")
    def of(self, row: RatedEvent) -> SafeString:
        return unbroken(row.title)

    @display(description="Account")
    def account_tag(self, row: RatedEvent) -> SafeString | str:
        return account_link(row.account)

    @display(description="Worth")
    def worth_of_amount(self, row: RatedEvent) -> SafeString | str:
        return "–" if row.worth_amount is None else money(row.worth_amount, row.currency)

    @display(description="Waits for")
    def held_tag(self, row: RatedEvent) -> SafeString | str:
        if not row.held_for:
            return "–"
        return display_for_label((row.held_for, row.get_held_for_display()), "–", TONES)

    @display(description="Minutes")
    def counted_minutes(self, row: RatedEvent) -> str:
        return f"{row.minutes:,}" if row.minutes else "–"

    @display(description="Rated")
    def rated(self, row: RatedEvent) -> SafeString:
        return instant(row.rated_at)


def _may_be_waived(row: Charge) -> bool:
    return row.state == Charge.State.READY and row.amount > row.waived_amount


@admin.register(WaiverRequest)
class WaiverRequestAdmin(ReadOnlyAdmin):
    """Waivers that were asked for, and what was decided; each leads to its event's page."""

    list_display = ["of", "account_tag", "off_amount", "state_tag", "asker", "asked", "decider"]
    list_display_links = None
    list_filter = ["state"]
    search_fields = ["charge__account__name__icontains"]
    search_help_text = "Account"

    def get_queryset(self, request: HttpRequest) -> QuerySet[WaiverRequest]:
        related = ("charge__account", "charge__event", "asked_by", "decided_by")
        rows = super().get_queryset(request).select_related(*related)
        return rows.defer("charge__explanation", "charge__event__explanation")

    def change_view(
        self, request: HttpRequest, object_id: str, *args: object, **given: object
    ) -> HttpResponse:
        """Lead to the event whose charge it is of."""
        row = self.get_queryset(request).filter(pk=key_in(object_id)).first()
        if row is None or not self.has_view_permission(request, row):
            return super().change_view(request, object_id, *args, **given)  # type: ignore[arg-type]
        page = reverse("admin:billing_ratedevent_change", args=[row.charge.event_id])
        return HttpResponseRedirect(f"{page}#waivers")

    @display(description="Charge")
    def of(self, row: WaiverRequest) -> SafeString:
        page = reverse("admin:billing_ratedevent_change", args=[row.charge.event_id])
        return format_html(
            '<a class="fl-link" href="{}#waivers">{}</a><span class="fl-line fl-quiet">{}</span>',
            page,
            unbroken(row.charge.event.title),
            row.reason,
        )

    @display(description="Account")
    def account_tag(self, row: WaiverRequest) -> SafeString | str:
        return account_link(row.charge.account)

    @display(description="Off")
    def off_amount(self, row: WaiverRequest) -> SafeString:
        return money(row.amount, row.charge.currency)

    @display(
        description="State",
        label={"ASKED": "warning", "APPROVED": "success", "DECLINED": "danger"},
    )
    def state_tag(self, row: WaiverRequest) -> tuple[str, str]:
        return row.state, row.get_state_display()

    @display(description="Asked by")
    def asker(self, row: WaiverRequest) -> str:
        return str(row.asked_by)

    @display(description="Asked")
    def asked(self, row: WaiverRequest) -> SafeString:
        return instant(row.asked_at)

    @display(description="Decided by")
    def decider(self, row: WaiverRequest) -> str:
        return str(row.decided_by or "–")
