"""Services: what the orders cover, and what was asked to be changed of them."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.contracts.models import Service, ServiceRequest
from apps.contracts.services import DashboardSuspended, ServiceRefused, ask_service
from apps.portal.access import SeatedRequest, page
from apps.portal.forms.services import AskForm
from apps.portal.queries.covered import Covered, covered_by, requests_of
from apps.portal.queries.keyset import number_in
from apps.portal.queries.refusals import in_full

REFUSED, SUSPENDED = 422, 403


@page()
def services(request: SeatedRequest) -> HttpResponse:
    """Show what each order covers, and the requests with their answers.

    Clause: V-2-order, S-12.
    """
    before = number_in(request.GET.get("before", ""))
    rows, following = requests_of(request.seat, before=before)
    context = {
        "covered": covered_by(request.seat),
        "rows": rows,
        "next": following,
        "is_first": not before,
        "kinds": ServiceRequest.Kind.values,
    }
    return TemplateResponse(request, "portal/services/list.html", context)


@page(needs="open", methods=("GET", "POST"))
def service_ask(request: SeatedRequest) -> HttpResponse:
    """Take down that a service is to be added, changed or removed; refused while suspended.

    Clause: S-12, V-2-order.
    """
    covered = [each for each in covered_by(request.seat) if each.may_ask]
    given: dict[str, Any] = {
        "orders": [each.order for each in covered],
        "services": _offered(covered),
    }
    if request.method != "POST":
        asked = {name: request.GET.get(name, "") for name in ("order", "kind", "service")}
        initial = {"kind": ServiceRequest.Kind.ADD} | {k: v for k, v in asked.items() if v}
        return _form(request, AskForm(**given, initial=initial))
    form = AskForm(request.POST, **given)
    if not form.is_valid():
        return _form(request, form, status=REFUSED)
    person = request.seat.people[int(form.cleaned_data["order"])]
    try:
        ask_service(requester=person, at=timezone.now(), **form.facts())
    except DashboardSuspended as refusal:
        # Why names amounts, which not everybody may see: the page says what it may.
        return _form(request, form, status=SUSPENDED, clause=refusal.clause)
    except ServiceRefused as refusal:
        form.add_error(None, in_full(refusal, [person.order]))
        return _form(request, form, status=REFUSED)
    messages.success(request, _("Your request is taken down. You hear from us by mail."))
    return redirect("portal:services")


def _offered(covered: Sequence[Covered]) -> list[Service]:
    """Return what can be named: what is on offer, and what the orders cover already."""
    listed = {service for each in covered for service in each.services}
    return sorted({*listed, *Service.objects.filter(is_active=True)}, key=str)


def _form(
    request: SeatedRequest, form: AskForm, *, status: int | None = None, clause: str = ""
) -> HttpResponse:
    standing = request.seat.standing if request.seat.is_dashboard_suspended else None
    context = {
        "form": form,
        "is_suspended": status == SUSPENDED or standing is not None,
        "clause": clause or (standing.clause if standing else ""),
    }
    return TemplateResponse(request, "portal/services/ask.html", context, status=status)
