"""A new ticket: what is asked; what we will do with it; and then it is sent."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.contracts.queries.askable import services_to_name
from apps.contracts.queries.restrictions import told
from apps.contracts.rules.entitlement import Wanted
from apps.intake.models import RefusedRequest
from apps.intake.services import request_support
from apps.portal.access import SeatedRequest, page
from apps.portal.forms.acts import given_again
from apps.portal.forms.request import RequestForm
from apps.portal.queries.appointments.asked import books_off_hours
from apps.portal.queries.keyset import number_in
from apps.portal.queries.refusals import in_full
from apps.portal.queries.tickets.asked import what_follows
from apps.portal.views.tickets.found import REFUSED
from apps.tickets.attachments import take_files
from apps.tickets.models import Ticket
from apps.tickets.services import Refused

ASK, LOOK = "portal/tickets/new.html", "portal/tickets/new_look.html"


@page(needs="open", methods=("GET", "POST"))
def ticket_new(request: SeatedRequest) -> HttpResponse:
    """Ask what is wanted; show what we will do with it; take it when it is sent.

    Clause: V-1.2, V-3.1, V-3.5, V-8.1, S-1, S-2.1, S-3, S-12.
    """
    step = request.POST.get("step", "look")
    is_whole = request.method == "POST" and step in ("look", "send")
    form = _form(request, is_bound=is_whole)
    if not is_whole:
        return _ask(request, form)
    take_files(form, request)
    if step == "send" and form.is_valid():
        return _send(request, form)
    if form.is_valid() or set(form.errors) == {"attached"}:
        return _look(request, form, status=REFUSED if form.errors else None)
    return _ask(request, form, status=REFUSED)


def _form(request: SeatedRequest, *, is_bound: bool) -> RequestForm:
    """Return the form, as far as it is filled in; another order brings other choices."""
    people = request.seat.openers()
    told = request.POST if request.method == "POST" else request.GET
    person = people.get(number_in(told.get("order", ""))) or next(iter(people.values()))
    given: dict[str, Any] = {
        "people": people,
        "person": person,
        "services": services_to_name(person.order),
        "auto_id": "new_%s",
    }
    if is_bound:
        return RequestForm(request.POST, **given)
    initial = given_again(told, [name for name in RequestForm.base_fields if name != "attached"])
    return RequestForm(initial=initial | {"order": person.order_id}, **given)


def _ask(request: SeatedRequest, form: RequestForm, *, status: int | None = None) -> HttpResponse:
    standing = request.seat.standing
    context = {
        "form": form,
        "standing": standing,
        "going_on": [row for row in form.categories.values() if row.terms["service_related"]],
    }
    return TemplateResponse(request, ASK, context, status=status)


def _look(
    request: SeatedRequest,
    form: RequestForm,
    *,
    status: int | None = None,
    refused: RefusedRequest | None = None,
) -> HttpResponse:
    at, zone = timezone.now(), timezone.get_current_timezone_name()
    sees_money = request.seat.may("money")
    follows = what_follows(form.person, form.facts(), at=at, zone=zone, sees_money=sees_money)
    context = {
        "form": form,
        "follows": follows,
        "refused": refused,
        "refused_why": told(refused.why, request.seat.account, sees_money=sees_money)
        if refused
        else "",
        "order": form.person.order,
        "books_off_hours": books_off_hours(form.person.order),
        "said": form.cleaned_data,
        "facts": form.facts(),
    }
    return TemplateResponse(request, LOOK, context, status=status)


def _send(request: SeatedRequest, form: RequestForm) -> HttpResponse:
    said = form.cleaned_data
    try:
        taken = request_support(
            requester=form.person,
            channel=Ticket.Channel.PORTAL,
            wanted=Wanted.TICKET,
            subject=said["subject"],
            text=said["text"],
            at=timezone.now(),
            source_key=form.source_key(),
            uploads=said["attached"] or [],
            **form.facts(),
        )
    except Refused as refusal:
        form.add_error(None, in_full(refusal, [form.person.order]))
        return _ask(request, form, status=REFUSED)
    if taken.ticket is None:
        return _look(request, form, status=REFUSED, refused=taken.refused)
    messages.success(
        request, _("Your request is registered as %(number)s.") % {"number": taken.ticket.number}
    )
    return redirect("portal:ticket", taken.ticket.pk)
