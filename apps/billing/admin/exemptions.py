"""Who is spared until when: exemptions and promises to pay."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, QueryDict
from django.utils.safestring import SafeString
from unfold.decorators import display

from apps.billing.admin.acting import MoneyAdmin, account_link, day
from apps.billing.admin.standings import account_page
from apps.billing.models import Exemption
from apps.billing.services import exempting
from apps.contracts.models import User


def revoke(row: Exemption, said: QueryDict, by: User, at: datetime) -> str:
    """End it before its day."""
    exempting.revoke(exemption=row, why=said.get("why", ""), at=at, by=by)
    return f"Revoked: {row}."


@admin.register(Exemption)
class ExemptionAdmin(MoneyAdmin):
    """They are made on the page of an account's standing, and end by themselves."""

    when_empty = "They are made on the page of an account's standing."
    list_display = [
        "what",
        "account_tag",
        "until",
        "promised_amount",
        "status_tag",
        "reason",
        "made_by",
    ]
    list_display_links = ["what"]
    list_filter = ["status", "kind"]
    list_select_related = ["account", "made_by"]
    search_fields = ["account__name__icontains", "reason__icontains"]
    search_help_text = "Account, reason"
    page_template = "admin/billing/standing/exemption.html"
    page_related = ("account", "made_by", "ended_by")
    acts = {"revoke": revoke}

    def has_act_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("billing.change_exemption")

    def page_of(self, request: HttpRequest, record: Exemption) -> dict[str, Any]:
        return {
            "exemption": record,
            "account_page": account_page(record.account_id),
            "changes": list(record.history.select_related("history_user")),
        }

    @display(description="What")
    def what(self, row: Exemption) -> str:
        return row.get_kind_display()

    @display(description="Account")
    def account_tag(self, row: Exemption) -> SafeString | str:
        return account_link(row.account)

    @display(description="Last day", ordering="until_on")
    def until(self, row: Exemption) -> SafeString | str:
        return day(row.until_on)

    @display(description="Amount")
    def promised_amount(self, row: Exemption) -> str:
        return "–" if row.amount is None else f"{row.amount:,.2f}"

    @display(
        description="State",
        label={"IN_FORCE": "info", "BROKEN": "danger", "KEPT": "success"},
    )
    def status_tag(self, row: Exemption) -> tuple[str, str]:
        return row.status, row.get_status_display()
