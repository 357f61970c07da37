"""Everybody's own page: in which hours they want notices."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from apps.contracts.models import User
from apps.escalation.models import NoticeHours
from apps.escalation.models.notices import DAYS

CHOICES = [(str(number), day) for number, day in enumerate(DAYS, 1)]


class NoticeHoursForm(forms.ModelForm):
    days = forms.MultipleChoiceField(
        choices=CHOICES, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )

    class Meta:
        model = NoticeHours
        fields = ["days", "opens", "closes"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["days"] = list(self.instance.days)

    def clean_days(self) -> str:
        return "".join(sorted(self.cleaned_data["days"]))


@admin.register(NoticeHours)
class NoticeHoursAdmin(SimpleHistoryAdmin, ModelAdmin):
    """Who works here sets their own hours; administrators see everybody's."""

    form = NoticeHoursForm
    list_display = ["user", "days", "opens", "closes"]
    list_select_related = ["user"]

    def get_urls(self) -> list[URLPattern]:
        mine = self.admin_site.admin_view(self.mine_view)
        return [path("mine/", mine, name="escalation_noticehours_mine"), *super().get_urls()]

    def mine_view(self, request: HttpRequest) -> HttpResponse:
        """Lead to the reader's own hours, or to a form for them."""
        own = NoticeHours.objects.filter(user=request.user.pk).first()
        if own is None:
            return HttpResponseRedirect(reverse("admin:escalation_noticehours_add"))
        return HttpResponseRedirect(reverse("admin:escalation_noticehours_change", args=[own.pk]))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        # One person has one row: who has it changes it.
        if NoticeHours.objects.filter(user=request.user.pk).exists():
            return self.mine_view(request)
        return super().add_view(request, form_url, extra_context)

    def get_queryset(self, request: HttpRequest) -> QuerySet[NoticeHours]:
        rows = super().get_queryset(request)
        return rows if request.user.is_superuser else rows.filter(user=request.user.pk)

    def has_view_permission(self, request: HttpRequest, obj: NoticeHours | None = None) -> bool:
        return self._is_own(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: NoticeHours | None = None) -> bool:
        return self._is_own(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: NoticeHours | None = None) -> bool:
        return self._is_own(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_staff)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_staff)

    def save_model(self, request: HttpRequest, obj: NoticeHours, form: Any, change: bool) -> None:
        if not change:
            assert isinstance(request.user, User)
            obj.user = request.user
        super().save_model(request, obj, form, change)

    def _is_own(self, request: HttpRequest, hours: NoticeHours | None) -> bool:
        user: Any = request.user
        if isinstance(user, AnonymousUser) or not user.is_staff:
            return False
        return hours is None or user.is_superuser or hours.user_id == user.pk
