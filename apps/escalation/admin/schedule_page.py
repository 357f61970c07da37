"""The page of a rotation's schedule: who has it when, and what is agreed otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.admin import ModelAdmin

from apps.contracts.models import User
from apps.escalation.models import Rotation, RotationOverride
from apps.escalation.queries.rotations import Schedule, schedule_of, with_people
from apps.escalation.services import overrides as services
from apps.tickets.services import Refused
from apps.tickets.wording import moment

SHOWN = timedelta(days=42)
MOST_TURNS = 14
FORM_REFUSED = 422
PAGE = "admin/escalation/rotation/schedule.html"


@dataclass(frozen=True, slots=True)
class Shown:
    """A turn in words, in the rotation's zone."""

    person: User | None
    starts: str
    ends: str
    starts_at: datetime
    is_override: bool
    is_now: bool


class OverrideForm(forms.Form):
    """Who has it instead, and from when until when in the reader's own zone."""

    user = forms.ModelChoiceField(User.objects.none(), required=False, label="Who has it")
    starts_at = forms.DateTimeField(label="From")
    ends_at = forms.DateTimeField(label="Until")
    reason = forms.CharField(max_length=200, required=False, label="Why")

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        people = User.objects.filter(is_staff=True, is_active=True)
        choice = cast(forms.ModelChoiceField, self.fields["user"])
        choice.queryset = people.order_by("first_name", "username")


class SwapForm(forms.Form):
    """Two turns, each named by its beginning."""

    first_at = forms.DateTimeField(label="This turn")
    second_at = forms.DateTimeField(label="Against this one")
    reason = forms.CharField(max_length=200, required=False, label="Why")


class SchedulePages:
    """Pages under the rotation's own; each form calls one service."""

    def __init__(self, rotation_admin: ModelAdmin) -> None:
        self.admin = rotation_admin

    def urls(self) -> list[URLPattern]:
        view = self.admin.admin_site.admin_view
        name = "escalation_rotation"
        return [
            path("<int:pk>/schedule/", view(self.page), name=f"{name}_schedule"),
            path("<int:pk>/override/", view(self.override), name=f"{name}_override"),
            path("<int:pk>/swap/", view(self.swap), name=f"{name}_swap"),
            path(
                "<int:pk>/take-back/<int:override_pk>/",
                view(self.take_back),
                name=f"{name}_take_back",
            ),
        ]

    def page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the schedule to who may see rotations."""
        return self._shown(request, self._rotation(request, pk))

    def override(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let somebody have some hours."""
        rotation = self._to_act(request, pk)
        form = OverrideForm(request.POST or None)
        if not form.is_valid():
            return self._shown(request, rotation, override=form)
        act: dict[str, Any] = {"by": cast(User, request.user), "at": timezone.now()}
        try:
            row = services.override(rotation=rotation, **form.cleaned_data, **act)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self._shown(request, rotation, override=form)
        return self._done(request, rotation, f"{row.user or 'Nobody'} has it in these hours.")

    def swap(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let two people have each other's turn."""
        rotation = self._to_act(request, pk)
        form = SwapForm(request.POST or None)
        if not form.is_valid():
            return self._shown(request, rotation, swap=form)
        act: dict[str, Any] = {"by": cast(User, request.user), "at": timezone.now()}
        try:
            first, second = services.swap(rotation=rotation, **form.cleaned_data, **act)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self._shown(request, rotation, swap=form)
        return self._done(request, rotation, f"{first.user} and {second.user} swap their turns.")

    def take_back(self, request: HttpRequest, pk: int, override_pk: int) -> HttpResponse:
        """Take back what was agreed."""
        rotation = self._to_act(request, pk)
        row = rotation.overrides.filter(pk=override_pk).first()
        if row is None:
            raise Http404("There is no such override.")
        if request.method == "POST":
            try:
                services.cancel_override(
                    override=row, by=cast(User, request.user), at=timezone.now()
                )
            except Refused as refusal:
                messages.warning(request, str(refusal))
            else:
                return self._done(request, rotation, "Taken back: the turns are as before.")
        return HttpResponseRedirect(_url(rotation))

    def _rotation(self, request: HttpRequest, pk: int) -> Rotation:
        if not self.admin.has_view_permission(request):
            raise PermissionDenied
        found = with_people(Rotation.objects.filter(pk=pk), since=timezone.now()).first()
        if found is None:
            raise Http404("There is no such rotation.")
        return found

    def _to_act(self, request: HttpRequest, pk: int) -> Rotation:
        rotation = self._rotation(request, pk)
        if not request.user.has_perm("escalation.add_rotationoverride"):
            raise PermissionDenied
        return rotation

    def _done(self, request: HttpRequest, rotation: Rotation, said: str) -> HttpResponse:
        self.admin.log_change(request, rotation, said)
        messages.success(request, said)
        return HttpResponseRedirect(_url(rotation))

    def _shown(
        self, request: HttpRequest, rotation: Rotation, **refused: forms.Form
    ) -> HttpResponse:
        at = timezone.now()
        plan = schedule_of(rotation)
        context = {
            **self.admin.admin_site.each_context(request),
            "opts": self.admin.opts,
            "media": self.admin.media,
            "title": rotation.title,
            "original": rotation.title,
            "rotation": rotation,
            "turns": shown_turns(plan, at=at),
            "standing": _standing(rotation, at=at),
            "override": refused.get("override") or OverrideForm(initial={"user": request.user.pk}),
            "swap": refused.get("swap") or SwapForm(),
            "acts": request.user.has_perm("escalation.add_rotationoverride"),
            "edits": self.admin.has_change_permission(request, rotation),
            "reader_zone": timezone.get_current_timezone_name(),
        }
        is_refused = any(form.is_bound for form in refused.values())
        return TemplateResponse(request, PAGE, context, status=FORM_REFUSED if is_refused else None)


def shown_turns(plan: Schedule, *, at: datetime) -> Sequence[Shown]:
    """Return the turns from now on, in words; where nobody has it, only if somebody should."""
    end = at + SHOWN
    gaps = plan.gaps(start=at, end=end)
    zone = plan.rotation.time_zone
    found = []
    # The one that runs is shown from its beginning, and none that is cut off at the end.
    for turn in plan.turns(start=at - SHOWN, end=end):
        is_gap = any(first < turn.ends_at and turn.starts_at < last for first, last in gaps)
        is_over, is_cut = turn.ends_at <= at, turn.ends_at == end and turn.starts_at > at
        if is_over or is_cut or (turn.person is None and not is_gap):
            continue
        shown = Shown(
            person=plan.person(turn.person),
            starts=moment(turn.starts_at, zone),
            ends=moment(turn.ends_at, zone),
            starts_at=max(turn.starts_at, at),
            is_override=turn.is_override,
            is_now=turn.starts_at <= at,
        )
        found.append(shown)
    return found[:MOST_TURNS]


def _standing(rotation: Rotation, *, at: datetime) -> list[tuple[RotationOverride, str, str]]:
    rows = rotation.overrides.standing().filter(ends_at__gt=at).select_related("user", "made_by")
    zone = rotation.time_zone
    return [(row, moment(row.starts_at, zone), moment(row.ends_at, zone)) for row in rows]


def _url(rotation: Rotation) -> str:
    return reverse("admin:escalation_rotation_schedule", args=[rotation.pk])
