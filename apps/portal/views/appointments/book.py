"""A new appointment: what is wanted and when; what follows; and then it is sent."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.contracts.queries.askable import services_to_name
from apps.contracts.queries.restrictions import told
from apps.contracts.rules.appointments import Kind
from apps.intake.models import RefusedRequest
from apps.intake.services import request_appointment
from apps.portal.access import SeatedRequest, page
from apps.portal.forms.acts import given_again
from apps.portal.forms.appointments import BookForm
from apps.portal.queries.appointments.asked import (
    WhatFollows,
    books_off_hours,
    early_of,
    off_hours_of,
    what_follows,
)
from apps.portal.queries.keyset import number_in
from apps.tickets.models import Ticket

ASK, LOOK = "portal/appointments/new.html", "portal/appointments/look.html"
REFUSED = 422
CARRIED = ("kind", "service", "subject", "details", "starts_at", "minutes", "is_priority")


@page(needs="open", methods=("GET", "POST"))
def appointment_new(request: SeatedRequest) -> HttpResponse:
    """Ask what is wanted and when; show what follows; book it when it is sent.

    Clause: S-2.1, S-3, S-12, S-13, V-1.2, V-3.5.
    """
    step = request.POST.get("step", "look")
    is_whole = request.method == "POST" and step in ("look", "send")
    form = _form(request, is_bound=is_whole)
    if not is_whole:
        return _ask(request, form)
    if not form.is_valid():
        return _ask(request, form, status=REFUSED)
    follows = _follows(request, form)
    if follows.is_slip:
        form.add_error("starts_at", follows.why)
        return _ask(request, form, status=REFUSED)
    if step == "look":
        return _look(request, form, follows)
    if follows.is_taken and request.POST.get("agreed") != follows.mark:
        # Never at another price than the one that was looked at.
        return _look(request, form, follows, is_dearer=True)
    return _send(request, form, follows)


def _form(request: SeatedRequest, *, is_bound: bool) -> BookForm:
    """Return the form, as far as it is filled in; another order brings other choices."""
    people = request.seat.openers()
    given = request.POST if request.method == "POST" else request.GET
    person = people.get(number_in(given.get("order", ""))) or next(iter(people.values()))
    kinds = [Kind.INSTALL.value]
    if books_off_hours(person.order):
        kinds.append(Kind.OFF_HOURS.value)
    facts: dict[str, Any] = {
        "people": people,
        "person": person,
        "kinds": kinds,
        "services": services_to_name(person.order),
        "auto_id": "book_%s",
    }
    if is_bound:
        return BookForm(request.POST, **facts)
    initial = given_again(given, (*CARRIED, "act_key"))
    if initial.get("kind") not in kinds:
        initial.pop("kind", None)
    return BookForm(initial=initial | {"order": person.order_id}, **facts)


def _ask(request: SeatedRequest, form: BookForm, *, status: int | None = None) -> HttpResponse:
    order, at = form.person.order, timezone.now()
    context = {
        "form": form,
        "order": order,
        "early": early_of(order, at=at),
        "off_hours": off_hours_of(order),
        "now": at,
    }
    return TemplateResponse(request, ASK, context, status=status)


def _follows(request: SeatedRequest, form: BookForm) -> WhatFollows:
    at = timezone.now()
    return what_follows(
        form.person,
        form.wish_for(form.cleaned_data["kind"], at=at),
        service=form.service_named,
        at=at,
        zone=timezone.get_current_timezone_name(),
        sees_money=request.seat.may("money"),
    )


def _look(
    request: SeatedRequest,
    form: BookForm,
    follows: WhatFollows,
    *,
    is_dearer: bool = False,
    refused: RefusedRequest | None = None,
) -> HttpResponse:
    account, sees_money = request.seat.account, request.seat.may("money")
    said = form.cleaned_data
    context = {
        "form": form,
        "follows": follows,
        "is_dearer": is_dearer,
        "refused": refused,
        "refused_why": told(refused.why, account, sees_money=sees_money) if refused else "",
        "order": form.person.order,
        "said": said,
        "kind": dict(form.fields["kind"].choices)[said["kind"]],  # type: ignore[attr-defined]
        "service": form.service_named,
    }
    status = REFUSED if is_dearer or refused else None
    return TemplateResponse(request, LOOK, context, status=status)


def _send(request: SeatedRequest, form: BookForm, follows: WhatFollows) -> HttpResponse:
    said, at = form.cleaned_data, timezone.now()
    wish = form.wish_for(said["kind"], at=at)
    booked = request_appointment(
        requester=form.person,
        channel=Ticket.Channel.PORTAL,
        kind=wish.kind,
        subject=said["subject"],
        details=said["details"],
        starts_at=wish.starts_at,
        ends_at=wish.ends_at,
        service=form.service_named,
        is_priority=wish.is_priority,
        fee_is_agreed=request.POST.get("agreed") == follows.mark,
        at=at,
        source_key=form.source_key(),
    )
    if booked.appointment is None:
        return _look(request, form, follows, refused=booked.refused)
    messages.success(request, _("We have your request. You hear by mail once we have decided."))
    return redirect("portal:appointment", booked.appointment.pk)
