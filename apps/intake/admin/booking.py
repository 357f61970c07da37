"""Booking an appointment for a client: who, then when; a refusal names the earliest date."""

from typing import Any, cast
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from apps.contracts import queries as contracts
from apps.contracts.models import AuthorisedUser, Clause, User
from apps.contracts.services import AppointmentRefused
from apps.intake import services
from apps.intake.admin.appointment_forms import BookingForm
from apps.intake.admin.new_request import (
    FORM_REFUSED,
    WHO,
    channel_for,
    people_for,
    person_of,
)
from apps.tickets.admin.entitled import checks

WHEN = "admin/intake/appointment/book.html"
# What a refused request hands over in the address.
CARRIED = ("kind", "subject", "details", "service")


def book(request: HttpRequest, *, site: dict[str, Any]) -> HttpResponse:
    """Show who may ask; for one of them, ask when; book it, or say why not and keep what was typed.

    Clause: S-2.1, S-3.
    """
    person = person_of(request.GET.get("requester", ""))
    if person is None:
        return TemplateResponse(request, WHO, {**site, **people_for(request)})
    if request.method != "POST":
        given = {name: request.GET[name] for name in CARRIED if request.GET.get(name)}
        channel = channel_for(request, person)
        return _page(request, site, BookingForm(person=person, channel=channel, **given))
    form = BookingForm(request.POST, person=person)
    if not form.is_valid():
        return _page(request, site, form)
    try:
        booked = _book(request, form)
    except AppointmentRefused as slip:
        form.add_error("starts_at", str(slip))
        return _page(request, site, form)
    if booked.appointment is None:
        return _page(request, site, form, booked=booked)
    said = f"It is written down, and {person.email} is told. Now confirm it, or decline it."
    messages.success(request, said)
    page = reverse("admin:contracts_appointment_change", args=[booked.appointment.pk])
    return HttpResponseRedirect(page)


def _book(request: HttpRequest, form: BookingForm) -> services.Booked:
    given = form.cleaned_data
    facts = ("channel", "kind", "subject", "details", "starts_at", "ends_at", "service")
    return services.request_appointment(
        requester=form.person,
        at=timezone.now(),
        source_key=f"staff:{form.once}",
        is_priority=given["is_priority"],
        by=cast(User, request.user),
        **{name: given[name] for name in facts},
    )


def _page(
    request: HttpRequest,
    site: dict[str, Any],
    form: BookingForm,
    *,
    booked: services.Booked | None = None,
) -> HttpResponse:
    order = form.person.order
    refused = booked.refused if booked else None
    clauses = Clause.objects.filter(version=order.version_id) if refused else []
    context = {
        "form": form,
        "person": form.person,
        "order": order,
        "order_hour": _hour(form.person),
        "reader_zone": timezone.get_current_timezone_name(),
        "standing": contracts.standing_of(order.account),
        "refused": refused,
        "earliest_on": booked.earliest_on if booked else None,
        "checks": checks(refused.steps if refused else [], {row.ref: row for row in clauses}),
        # What was refused is done: to send the form once more is to ask once more.
        "act_key": str(uuid4()) if refused else form.fresh_key,
        **_rules(form.person),
    }
    turned_down = refused is not None or bool(form.is_bound and form.errors)
    return TemplateResponse(
        request, WHEN, {**site, **context}, status=FORM_REFUSED if turned_down else None
    )


def _hour(person: AuthorisedUser) -> str:
    """Return the hour in the order's zone."""
    zone = person.order.zone
    return f"{timezone.now().astimezone(zone):%A, %H:%M}, {zone}"


def _rules(person: AuthorisedUser) -> dict[str, Any]:
    """Return what the policy says of appointments, as far as a form can tell it beforehand."""
    order = person.order
    rules = contracts.terms(version_id=order.version_id, plan_id=order.plan_id).rules
    installs = rules.get("installs")
    return {
        "notice_days": installs.settings["notice_business_days"] if installs else 0,
        "has_notice": installs is not None,
        "has_off_hours": "off_hours" in rules,
    }
