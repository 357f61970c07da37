"""What a client does with an appointment: asks for another time, or withdraws it."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.contracts.models import Appointment
from apps.contracts.queries.restrictions import told
from apps.contracts.rules.appointments import Kind
from apps.contracts.services import (
    AppointmentRefused,
    postpone_appointment,
    withdraw_appointment,
)
from apps.portal.access import SeatedRequest, page
from apps.portal.forms.acts import given_again
from apps.portal.forms.appointments import MINUTE, PostponeForm, ReasonForm
from apps.portal.queries.appointments.asked import WhatFollows, early_of, what_follows
from apps.portal.queries.appointments.listed import may_change
from apps.portal.queries.refusals import in_full
from apps.portal.views.appointments.listing import found

POSTPONE, LOOK = "portal/appointments/postpone.html", "portal/appointments/look.html"
WITHDRAW = "portal/appointments/withdraw.html"
REFUSED = 422
BOTH = ("GET", "POST")


@page(needs="open", methods=BOTH)
def appointment_withdraw(request: SeatedRequest, appointment: int) -> HttpResponse:
    """Take down that an appointment is not needed any more, and why.

    Clause: S-2.1, S-3, V-3.5.
    """
    row = found(request, appointment, needs="open")
    if not may_change(row, at=timezone.now()):
        return redirect("portal:appointment", row.pk)
    form = ReasonForm(request.POST) if request.method == "POST" else ReasonForm()
    if request.method == "POST" and form.is_valid():
        try:
            withdraw_appointment(
                appointment=row,
                client=request.seat.people[row.order_id],
                reason=form.cleaned_data["reason"],
                at=timezone.now(),
                zone=_zone(),
            )
        except AppointmentRefused as refusal:
            form.add_error(None, in_full(refusal, [request.seat.people[row.order_id].order]))
        else:
            messages.success(request, _("It is withdrawn: it does not take place."))
            return redirect("portal:appointment", row.pk)
    context = {"appointment": row, "form": form}
    status = REFUSED if form.errors else None
    return TemplateResponse(request, WITHDRAW, context, status=status)


@page(needs="open", methods=BOTH)
def appointment_postpone(request: SeatedRequest, appointment: int) -> HttpResponse:
    """Ask for another time of an appointment; what follows from that is shown first.

    Clause: S-2.1, S-3, V-3.5, R-7.
    """
    row, at = found(request, appointment, needs="open"), timezone.now()
    if not may_change(row, at=at):
        return redirect("portal:appointment", row.pk)
    step = request.POST.get("step", "look")
    if request.method != "POST" or step not in ("look", "send"):
        return _ask(request, row, _unsent(request, row))
    form = PostponeForm(request.POST, auto_id="move_%s")
    if not form.is_valid():
        return _ask(request, row, form)
    said = form.cleaned_data
    if step == "send" and (said["starts_at"], said["ends_at"]) == (row.starts_at, row.ends_at):
        return redirect("portal:appointment", row.pk)  # sent twice
    return _answer(request, row, form, step=step, at=at)


def _answer(
    request: SeatedRequest, row: Appointment, form: PostponeForm, *, step: str, at: datetime
) -> HttpResponse:
    follows = _follows(request, row, form, at)
    if follows.is_slip:
        form.add_error("starts_at", follows.why)
        return _ask(request, row, form)
    if step == "look":
        return _look(request, row, form, follows)
    if follows.is_taken and request.POST.get("agreed") != follows.mark:
        # Never at another price than the one that was looked at.
        return _look(request, row, form, follows, is_dearer=True)
    return _send(request, row, form, follows, at)


def _unsent(request: SeatedRequest, row: Appointment) -> PostponeForm:
    initial: dict[str, Any] = {
        "starts_at": row.starts_at,
        "minutes": (row.ends_at - row.starts_at) // MINUTE,
        "is_priority": row.is_priority,
    }
    if request.method == "POST":
        initial |= {"is_priority": False, **given_again(request.POST, PostponeForm.base_fields)}
    return PostponeForm(initial=initial, auto_id="move_%s")


def _ask(request: SeatedRequest, row: Appointment, form: PostponeForm) -> HttpResponse:
    is_install, at = row.kind == Kind.INSTALL, timezone.now()
    context = {
        "appointment": row,
        "order": row.order,
        "form": form,
        "is_install": is_install,
        "early": early_of(row.order, at=at) if is_install else None,
        "now": at,
    }
    return TemplateResponse(request, POSTPONE, context, status=REFUSED if form.errors else None)


def _follows(
    request: SeatedRequest, row: Appointment, form: PostponeForm, at: datetime
) -> WhatFollows:
    return what_follows(
        request.seat.people[row.order_id],
        form.wish_for(row.kind, at=at),
        service=row.service,
        at=at,
        zone=timezone.get_current_timezone_name(),
        sees_money=request.seat.may("money"),
    )


def _look(
    request: SeatedRequest,
    row: Appointment,
    form: PostponeForm,
    follows: WhatFollows,
    *,
    is_dearer: bool = False,
) -> HttpResponse:
    context = {
        "form": form,
        "follows": follows,
        "is_dearer": is_dearer,
        "appointment": row,
        "order": row.order,
        "said": form.cleaned_data | {"subject": row.subject},
        "kind": row.get_kind_display(),
        "service": row.service,
    }
    return TemplateResponse(request, LOOK, context, status=REFUSED if is_dearer else None)


def _send(
    request: SeatedRequest,
    row: Appointment,
    form: PostponeForm,
    follows: WhatFollows,
    at: datetime,
) -> HttpResponse:
    wish = form.wish_for(row.kind, at=at)
    try:
        postpone_appointment(
            appointment=row,
            client=request.seat.people[row.order_id],
            starts_at=wish.starts_at,
            ends_at=wish.ends_at,
            reason=form.cleaned_data["reason"],
            is_priority=wish.is_priority,
            fee_is_agreed=request.POST.get("agreed") == follows.mark,
            at=at,
            zone=_zone(),
        )
    except AppointmentRefused as refusal:
        sees_money = request.seat.may("money")
        words = in_full(refusal, [request.seat.people[row.order_id].order])
        why = told(words, request.seat.account, sees_money=sees_money)
        form.add_error(None, why)
        return _ask(request, row, form)
    messages.success(request, _("You asked for another time. You hear by mail once we decided."))
    return redirect("portal:appointment", row.pk)


def _zone() -> ZoneInfo:
    return ZoneInfo(timezone.get_current_timezone_name())
