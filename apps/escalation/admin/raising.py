"""Raising an escalation for a client, or as the TAM: what each ground is worth is shown before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from apps.contracts.admin.keys import key_in
from apps.contracts.models import User
from apps.contracts.queries.catalogue import catalogue
from apps.escalation import services
from apps.escalation.admin.escalation_forms import RaiseForm
from apps.escalation.models import Escalation
from apps.escalation.queries import Terms, admission_of, escalation_terms, was_disconnection
from apps.escalation.rules.admission import Finding
from apps.tickets.admin.explained import Cited, cite
from apps.tickets.models import Ticket
from apps.tickets.wording import sentence

PAGE = "admin/escalation/escalation/raise.html"
MAY_RAISE = "escalation.add_escalation"
FORM_REFUSED = 422


@dataclass(frozen=True, slots=True)
class Shown:
    """A ground as it can be chosen: what the ticket shows of it, with the clauses."""

    key: str
    label: str
    finding: str
    tone: str
    says: str
    clauses: Sequence[Cited]


def raise_for(request: HttpRequest, *, site: dict[str, Any]) -> HttpResponse:
    """Show what can be escalated of a ticket and to whom; raise it, or say why not.

    Clause: V-9.1, V-9.2, S-7, V-6.1.
    """
    if not request.user.has_perms([MAY_RAISE, "tickets.view_ticket"]):
        raise PermissionDenied
    at, by = timezone.now(), cast(User, request.user)
    ticket = _ticket(request)
    terms = escalation_terms(ticket.order, ticket=ticket)
    data = request.POST if request.method == "POST" else None
    form = RaiseForm(data, ticket=ticket, terms=terms, by=by, at=at)
    if form.is_bound and form.is_valid():
        try:
            raised = services.raise_escalation(
                order=ticket.order, ticket=ticket, at=at, **form.raised()
            )
        except services.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _said(request, raised)
    context = {
        "ticket": ticket,
        "form": form,
        "has_path": terms is not None,
        "rungs": terms.rungs if terms else [],
        "grounds": _grounds(ticket, terms, at) if terms else [],
        "needs_ground": terms is not None and "ground" in terms.path.needs,
        "was_disconnection": was_disconnection(ticket),
    }
    status = FORM_REFUSED if form.is_bound else None
    return TemplateResponse(request, PAGE, {**site, **context}, status=status)


def _said(request: HttpRequest, raised: Escalation) -> HttpResponseRedirect:
    if raised.state == Escalation.State.REFUSED:
        said = f"It goes to nobody: {raised.why} It is kept, and {raised.sender} is told."
        messages.warning(request, said)
    else:
        person = raised.in_charge
        to = f"{person['title']} is asked" if person else "The duty managers are told"
        messages.success(request, f"{to}, and the client hears of it.")
    page = reverse("admin:escalation_escalation_change", args=[raised.pk])
    return HttpResponseRedirect(page)


def _ticket(request: HttpRequest) -> Ticket:
    rows = Ticket.objects.select_related("account", "order__version", "order__plan", "version")
    ticket = rows.filter(pk=key_in(request.GET.get("ticket", ""))).first()
    if ticket is None:
        raise Http404("An escalation needs its ticket.")
    return ticket


def _grounds(ticket: Ticket, terms: Terms, at: datetime) -> list[Shown]:
    clauses = catalogue(ticket.version_id).clauses
    zone = timezone.get_current_timezone_name()
    found = []
    for ground in terms.grounds.values():
        answer = admission_of(terms, ticket=ticket, ground=ground, at=at)
        last = answer.steps[-1]
        step = {"text": last.text, "figures": last.figures}
        found.append(
            Shown(
                key=ground.key,
                label=ground.label,
                finding=Escalation.Found(answer.finding).label,
                tone=TONES[answer.finding],
                says=sentence(step, zone),
                clauses=cite(last.clause, clauses),
            )
        )
    return found


TONES = {Finding.TRUE: "fl-green", Finding.UNTRUE: "fl-red", Finding.JUDGED: ""}
