"""Suspensions that wait for finance."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.safestring import SafeString
from unfold.decorators import display

from apps.billing.admin.acting import MoneyAdmin, account_link, instant, money
from apps.billing.admin.standing_page import clauses_of
from apps.billing.admin.standings import STATE_LABELS, account_page
from apps.billing.models import StandingProposal
from apps.billing.services import proposals
from apps.contracts.models import User
from apps.tickets.admin.explained import explained

Status = StandingProposal.Status


def confirm(row: StandingProposal, said: QueryDict, by: User, at: datetime) -> str:
    """Suspend it."""
    proposals.confirm(proposal=row, at=at, by=by)
    return f"{row.account}: {row.get_state_display().lower()}. The client is told."


def dismiss(row: StandingProposal, said: QueryDict, by: User, at: datetime) -> str:
    """Leave it as it stands."""
    proposals.dismiss(proposal=row, why=said.get("why", ""), at=at, by=by)
    return f"{row.account} stays as it stands."


class OpenFilter(admin.SimpleListFilter):
    """Those that wait for somebody; or all of them."""

    title = "what waits"
    parameter_name = "look"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Iterable:
        return [("open", "To be decided")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(status=Status.OPEN) if self.value() == "open" else queryset


@admin.register(StandingProposal)
class StandingProposalAdmin(MoneyAdmin):
    """What the ladder says and the policy leaves to finance."""

    when_empty = "Nothing is to be confirmed. Here is what comes in the next days."
    when_empty_page = "admin:billing_standing_ahead"
    list_display = ["when", "account_tag", "wanted", "late_amount", "days", "state_tag", "reason"]
    list_display_links = ["when"]
    list_filter = [OpenFilter, "status", "state"]
    list_select_related = ["account", "review"]
    search_fields = ["account__name__icontains"]
    search_help_text = "Account"
    page_template = "admin/billing/standing/proposal.html"
    page_related = ("account", "review__version", "decided_by")
    acts = {"confirm": confirm, "dismiss": dismiss}

    def has_act_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("billing.decide_standingproposal")

    def page_of(self, request: HttpRequest, record: StandingProposal) -> dict[str, Any]:
        review = record.review
        zone = review.version.time_zone if review.version else "UTC"
        return {
            "proposal": record,
            "review": review,
            "zone": zone,
            "account_page": account_page(record.account_id),
            "steps": explained(
                review.explanation, zone=zone, clauses=clauses_of(review.version_id)
            ),
            "more": review.documents_count - len(review.documents),
        }

    @display(description="Proposed", ordering="-pk")
    def when(self, row: StandingProposal) -> SafeString:
        return instant(row.proposed_at)

    @display(description="Account")
    def account_tag(self, row: StandingProposal) -> SafeString | str:
        return account_link(row.account)

    @display(description="Suspend", label=STATE_LABELS)
    def wanted(self, row: StandingProposal) -> tuple[str, str]:
        return row.state, row.get_state_display()

    @display(description="Overdue")
    def late_amount(self, row: StandingProposal) -> SafeString:
        return money(row.review.overdue_amount, row.review.currency)

    @display(description="Days")
    def days(self, row: StandingProposal) -> int:
        return row.review.days

    @display(description="State", label={"OPEN": "warning", "CONFIRMED": "danger"})
    def state_tag(self, row: StandingProposal) -> tuple[str, str]:
        return row.status, row.get_status_display()
