"""Releases in the admin: written, looked at as the mail that they would be, announced."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.decorators import display

from apps.changes.admin.drafting import DraftingAdmin
from apps.changes.admin.pages import Acting
from apps.changes.admin.release_forms import ReleaseEditor
from apps.changes.models import Release
from apps.changes.queries.releases import covered_orders, readers_of
from apps.changes.release_mails import release_mail
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


@admin.register(Release)
class ReleaseAdmin(DraftingAdmin):
    """Each form calls one service. Nothing else writes a release."""

    acts = {"write": write, "announce": announce}
    editor, draft, new_title = ReleaseEditor, services.draft_release, "New release"
    page_template = "admin/changes/release/page.html"
    related = ("drafted_by", "announced_by")
    when_empty = "Draft one with the plus sign: who is told is shown before it is announced."
    list_display = ["name", "released_on", "badge", "announced_at"]
    list_display_links = ["name"]
    list_filter = ["state"]
    search_fields = ["product__icontains", "version__istartswith", "fixes__text__icontains"]
    search_help_text = "Product, version, words of what is fixed"

    @display(description="Release")
    def name(self, row: Release) -> str:
        return str(row)

    @display(description="State", label={State.DRAFT: "warning", State.ANNOUNCED: "success"})
    def badge(self, row: Release) -> tuple[str, str]:
        return row.state, row.get_state_display()

    def shown(
        self, request: HttpRequest, row: Release, refused: Mapping[str, Any]
    ) -> dict[str, Any]:
        fixes = list(row.fixes.select_related("ticket", "case"))
        context: dict[str, Any] = {"fixes": fixes, "services": list(row.services.all())}
        if row.state == State.ANNOUNCED:
            return {
                **context,
                "notices": row.notices.select_related("account").order_by("account__name")[
                    :MOST_SHOWN
                ],
                "notice_count": row.notices.count(),
            }
        orders = covered_orders(row)
        first = orders.first()
        editor = refused.get("editor") or ReleaseEditor(release=row)
        return {
            **context,
            "editor": editor if self.has_act_permission(request) else None,
            "orders": list(orders[:MOST_SHOWN]),
            "order_count": orders.count(),
            "reader_count": sum(1 for _ in readers_of(row)),
            "reporters": [fix for fix in fixes if fix.ticket],
            "mail": release_mail(row, first.version) if first else None,
        }
