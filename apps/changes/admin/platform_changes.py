"""Changes of APIs in the admin: written, published, and whom each is analysed for."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.decorators import display

from apps.changes.admin.change_forms import ChangeEditor, WithdrawForm
from apps.changes.admin.drafting import DraftingAdmin, discard
from apps.changes.admin.pages import Acting
from apps.changes.models import GapAnalysis, PlatformChange
from apps.changes.queries.gap import answer_for, entitled_orders, missing_orders, other_orders
from apps.changes.services import platform_changes as services
from apps.contracts.models import Order

State = PlatformChange.State
MOST_SHOWN = 50  # orders of each kind; the heading says how many there are


def write(acting: Acting) -> str:
    """Keep the draft."""
    editor = ChangeEditor(acting.data, change=acting.row)
    acting.refused["editor"] = editor
    if not editor.is_valid():
        return ""
    services.write_change(
        change=acting.row,
        seen=acting.seen(),
        written=editor.written(),
        by=acting.by,
        at=acting.at,
    )
    return "The draft is kept."


def publish(acting: Acting) -> str:
    """Publish the draft as it was seen."""
    count = services.publish_change(
        change=acting.row, seen=acting.seen(), by=acting.by, at=acting.at
    )
    return f"Published. Analyses are opened for the entitled orders: {count}."


def take_in(acting: Acting) -> str:
    """Open analyses for orders that became entitled."""
    count = services.take_in_orders(change=acting.row, by=acting.by, at=acting.at)
    return f"Analyses opened: {count}."


def withdraw(acting: Acting) -> str:
    """Withdraw what was published."""
    form = WithdrawForm(acting.data)
    acting.refused["withdraw"] = form
    if not form.is_valid():
        return ""
    told = services.withdraw_change(
        change=acting.row, why=form.cleaned_data["why"], by=acting.by, at=acting.at
    )
    return f"Withdrawn. People who had an analysis are told: {told}."


@admin.register(PlatformChange)
class PlatformChangeAdmin(DraftingAdmin):
    """Each form calls one service. Nothing else writes a change."""

    acts = {
        **{"write": write, "publish": publish, "discard": discard},
        **{"take-in": take_in, "withdraw": withdraw},
    }
    editor, draft, new_title = ChangeEditor, services.draft_change, "New change of an API"
    page_template = "admin/changes/platformchange/page.html"
    related = ("drafted_by", "published_by", "withdrawal__by")
    when_empty = (
        "Draft one with the plus sign: which orders are entitled is shown before it is published."
    )
    list_display = ["name", "takes_effect_on", "due_on", "badge", "analyses", "left"]
    list_display_links = ["name"]
    list_filter = ["state"]
    search_fields = ["api__icontains", "version__istartswith"]
    search_help_text = "API, version"

    @display(description="Change")
    def name(self, row: PlatformChange) -> str:
        return str(row)

    @display(
        description="State",
        label={State.DRAFT: "warning", State.PUBLISHED: "success", "WITHDRAWN": "danger"},
    )
    def badge(self, row: PlatformChange) -> tuple[str, str]:
        if row.is_withdrawn:
            return "WITHDRAWN", "Withdrawn"
        return row.state, row.get_state_display()

    @display(description="Analyses")
    def analyses(self, row: Any) -> int:
        return int(row.analysis_count)

    @display(description="Not sent yet")
    def left(self, row: Any) -> int:
        return int(row.open_count)

    def get_queryset(self, request: HttpRequest) -> QuerySet[PlatformChange]:
        is_open = Q(analyses__state__in=GapAnalysis.OPEN)
        return (
            super()
            .get_queryset(request)
            .select_related("withdrawal")
            .annotate(
                analysis_count=Count("analyses"), open_count=Count("analyses", filter=is_open)
            )
        )

    def shown(
        self, request: HttpRequest, row: PlatformChange, refused: Mapping[str, Any]
    ) -> dict[str, Any]:
        on = row.takes_effect_on
        others = other_orders(on=on)
        context = {
            "items": list(row.items.all()),
            "others": _answers(others, row),
            "other_count": others.count(),
        }
        if row.state == State.DRAFT:
            entitled = entitled_orders(on=on)
            editor = refused.get("editor") or ChangeEditor(change=row)
            return {
                **context,
                "editor": editor if self.has_act_permission(request) else None,
                "entitled": _answers(entitled, row),
                "entitled_count": entitled.count(),
            }
        analyses = row.analyses.select_related("order__account", "order__plan")
        return {
            **context,
            "analyses": analyses.order_by("due_on", "pk")[:MOST_SHOWN],
            "analysis_count": analyses.count(),
            "missing": _answers(missing_orders(row), row),
            "missing_count": 0 if row.is_withdrawn else missing_orders(row).count(),
            "withdraw": refused.get("withdraw") or WithdrawForm(),
            "now": timezone.now(),
        }


def _answers(orders: QuerySet[Order], change: PlatformChange) -> list[tuple[Order, Any]]:
    on = change.takes_effect_on
    return [(order, answer_for(order, on=on)) for order in orders[:MOST_SHOWN]]
