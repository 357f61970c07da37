"""Ladders: who is paged after whom. Kept with history."""

from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from unfold.admin import TabularInline
from unfold.decorators import display

from apps.contracts.admin.kept import KeptAdmin
from apps.contracts.models import User
from apps.escalation.models import LadderRung, PageLadder


class RungInline(TabularInline):
    model = LadderRung
    fields = ["position", "rotation", "user", "wait_minutes"]
    extra = 1
    verbose_name_plural = "Rungs: each a rotation or a person"

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "user":
            people = User.objects.filter(is_staff=True).order_by("first_name", "username")
            kwargs["queryset"] = people
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(PageLadder)
class PageLadderAdmin(KeptAdmin):
    """A page goes up the ladder as it was when it was raised; a change holds for the next one."""

    list_display = ["title", "whose", "path", "rounds"]
    search_fields = ["title"]
    inlines = [RungInline]
    fieldsets = [
        (None, {"fields": ["title", "policy", "is_default", "rounds"]}),
        ("History", {"fields": ["change_reason"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PageLadder]:
        rungs = LadderRung.objects.select_related("rotation", "user").order_by("position")
        rows = super().get_queryset(request).select_related("policy")
        return rows.prefetch_related(Prefetch("rungs", rungs))

    @display(description="For")
    def whose(self, ladder: PageLadder) -> str:
        parts = [str(ladder.policy)] if ladder.policy else []
        return " and ".join([*parts, *(["all others"] if ladder.is_default else [])]) or "nobody"

    @display(description="Who is paged")
    def path(self, ladder: PageLadder) -> SafeString:
        return format_html_join(
            "",
            '<span class="fl-line">{}. {}, {} min</span>',
            (
                (rung.position, rung.rotation or rung.user, rung.wait_minutes)
                for rung in ladder.rungs.all()
            ),
        )
