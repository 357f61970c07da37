"""Releases in the admin: written, looked at as the mail that they would be, announced."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from apps.changes.admin.change_forms import WithdrawForm
from apps.changes.admin.drafting import DraftingAdmin, discard
from apps.changes.admin.pages import Acting
from apps.changes.admin.release_forms import CorrectForm, ReleaseEditor
from apps.changes.models import Release
from apps.changes.queries.releases import audience_of, covered_orders
from apps.changes.release_mails import release_mail
from apps.changes.services import release_amendments
from apps.changes.services import releases as services

State = Release.State
MOST_SHOWN = 50  # orders; the heading says how many there are


def write(acting: Acting) -> str:
    """Keep the draft."""
    editor = ReleaseEditor(acting.data, release=acting.row)
    acting.refused["editor"] = editor
    if not editor.is_valid():
        return ""
    services.write_release(
        release=acting.row,
        seen=acting.seen(),
        written=editor.written(),
        by=acting.by,
        at=acting.at,
    )
    return "The draft is kept."


def announce(acting: Acting) -> str:
    """Announce the draft as it was seen."""
    count = services.announce_release(
        release=acting.row, seen=acting.seen(), by=acting.by, at=acting.at
    )
    return f"Announced. Accounts that are told: {count}."


def correct(acting: Acting) -> str:
    """Correct what was told."""
    form = CorrectForm(acting.data, auto_id="correct_%s")
    acting.refused["correct"] = form
    if not form.is_valid():
        return ""
    count = release_amendments.correct_release(
        release=acting.row,
        seen=acting.seen(),
        written=release_amendments.Correction(**form.cleaned_data),
        by=acting.by,
        at=acting.at,
    )
    return f"Corrected. Accounts that are told: {count}."


def withdraw(acting: Acting) -> str:
    """Withdraw what was announced."""
    form = WithdrawForm(acting.data)
    acting.refused["withdraw"] = form
    if not form.is_valid():
        return ""
    count = release_amendments.withdraw_release(
        release=acting.row,
        seen=acting.seen(),
        why=form.cleaned_data["why"],
        by=acting.by,
        at=acting.at,
    )
    return f"Withdrawn. Accounts that are told: {count}."


@admin.register(Release)
class ReleaseAdmin(DraftingAdmin):
    """Each form calls one service. Nothing else writes a release."""

    acts = {
        **{"write": write, "announce": announce, "discard": discard},
        **{"correct": correct, "withdraw": withdraw},
    }
    editor, draft, new_title = ReleaseEditor, services.draft_release, "New release"
    page_template = "admin/changes/release/page.html"
    related = ("drafted_by", "announced_by")
    when_empty = "Draft one with the plus sign: who is told is shown before it is announced."
    list_display = ["name", "from_day", "badge", "announced_at"]
    list_display_links = ["name"]
    list_filter = ["state"]
    search_fields = ["product__icontains", "version__istartswith", "fixes__text__icontains"]
    search_help_text = "Product, version, words of what is fixed"

    @display(description="Release")
    def name(self, row: Release) -> str:
        return str(row)

    @display(description="Released on", ordering="released_on")
    def from_day(self, row: Release) -> date:
        return row.reads.released_on

    @display(
        description="State",
        label={State.DRAFT: "warning", State.ANNOUNCED: "success", "WITHDRAWN": "danger"},
    )
    def badge(self, row: Release) -> tuple[str, str]:
        if row.is_withdrawn:
            return "WITHDRAWN", "Withdrawn"
        if row.latest:
            return row.state, f"{row.get_state_display()}, corrected"
        return row.state, row.get_state_display()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Release]:
        return super().get_queryset(request).prefetch_related("amendments")

    def shown(
        self, request: HttpRequest, row: Release, refused: Mapping[str, Any]
    ) -> dict[str, Any]:
        fixes = list(row.fixes.select_related("ticket", "case"))
        context: dict[str, Any] = {"fixes": fixes, "services": list(row.services.all())}
        if row.state == State.ANNOUNCED:
            first = row.notices.filter(amendment=None)
            return {
                **context,
                "amendments": list(row.amendments.select_related("by")),
                "notices": first.select_related("account").order_by("account__name")[:MOST_SHOWN],
                "notice_count": first.count(),
                "correct": refused.get("correct") or CorrectForm.of(row),
                "withdraw": refused.get("withdraw") or WithdrawForm(),
            }
        orders = covered_orders(row)
        one = orders.first()
        editor = refused.get("editor") or ReleaseEditor(release=row)
        told, spared = audience_of(row)
        return {
            **context,
            "editor": editor if self.has_act_permission(request) else None,
            "orders": list(orders[:MOST_SHOWN]),
            "order_count": orders.count(),
            "reader_count": len(told),
            "spared": spared[:MOST_SHOWN],
            "spared_count": len(spared),
            "reporters": [fix for fix in fixes if fix.ticket],
            "mail": release_mail(row, one.version) if one else None,
        }
