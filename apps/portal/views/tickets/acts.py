"""What a client does on a ticket besides writing: settle it, dispute its severity, escalate it."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.contracts.queries.catalogue import catalogue
from apps.escalation import services as escalation
from apps.escalation.models import Escalation
from apps.portal.access import SeatedRequest, page
from apps.portal.forms.acts import DisputeForm, EscalateForm, SettleForm
from apps.portal.queries.refusals import in_full
from apps.portal.queries.tickets.asked import titles_of
from apps.portal.queries.tickets.grounds import Grounds, grounds_of
from apps.portal.views.tickets.found import REFUSED, Found, found
from apps.tickets import services
from apps.tickets.models import Deadline, Ticket

BOTH = ("GET", "POST")


@page(needs="confirm", methods=BOTH)
def ticket_settle(request: SeatedRequest, ticket: int) -> HttpResponse:
    """Confirm the closure, or refuse it and say why.

    Clause: V-3.4.4, V-8.3, R-15.
    """
    at = found(request, ticket, needs="confirm")
    if request.method != "POST":
        return _settle_page(request, at, SettleForm())
    form = SettleForm(request.POST)
    if not form.is_valid():
        return _settle_page(request, at, form, status=REFUSED)
    said = form.cleaned_data
    is_settled = said["act"] == SettleForm.CONFIRM
    service = services.confirm if is_settled else services.refuse_closure
    try:
        service(
            ticket=at.ticket,
            client=at.person,
            text=said["text"],
            at=timezone.now(),
            act_key=form.name(),
        )
    except services.Refused as refusal:
        form.add_error(None, in_full(refusal, [at.ticket]))
        return _settle_page(request, at, form, status=REFUSED)
    done = _("Thank you: it is closed.") if is_settled else _("We look at why it is not settled.")
    messages.success(request, done)
    return redirect("portal:ticket", at.ticket.pk)


@page(methods=BOTH)
def ticket_dispute(request: SeatedRequest, ticket: int) -> HttpResponse:
    """Take down that the reader disputes the severity, and why.

    Clause: V-7.2.
    """
    at = found(request, ticket)
    severities = catalogue(at.ticket.version_id).severities
    given: dict[str, Any] = {"severities": severities, "now": at.ticket.severity}
    if request.method != "POST":
        return _dispute_page(request, at, DisputeForm(**given))
    form = DisputeForm(request.POST, **given)
    if not form.is_valid():
        return _dispute_page(request, at, form, status=REFUSED)
    try:
        services.raise_dispute(
            ticket=at.ticket, client=at.person, by=None, at=timezone.now(), **form.facts()
        )
    except services.Refused as refusal:
        form.add_error(None, in_full(refusal, [at.ticket]))
        return _dispute_page(request, at, form, status=REFUSED)
    messages.success(request, _("Your dispute is taken down. You hear from us by mail."))
    return redirect("portal:ticket", at.ticket.pk)


@page(needs="escalate", methods=BOTH)
def ticket_escalate(request: SeatedRequest, ticket: int) -> HttpResponse:
    """Show what can be escalated, to whom, and what not; take it to the person in charge.

    Clause: V-9.1, V-9.2, S-7, S-2.1.
    """
    at = found(request, ticket, needs="escalate")
    grounds = grounds_of(
        at.ticket,
        at=timezone.now(),
        zone=timezone.get_current_timezone_name(),
        titles=titles_of(at.ticket.version_id),
    )
    if request.method != "POST":
        return _escalate_page(request, at, EscalateForm(offered=grounds.offered), grounds)
    form = EscalateForm(request.POST, offered=grounds.offered)
    raised = _raised(at, form) if form.is_valid() else None
    if raised is None:
        return _escalate_page(request, at, form, grounds, status=REFUSED)
    if raised.state == Escalation.State.REFUSED:
        messages.warning(request, _("It goes to nobody: %(why)s") % {"why": raised.why})
    else:
        messages.success(request, _("It is escalated. You hear who has it in hand."))
    return redirect("portal:ticket", at.ticket.pk)


def _raised(at: Found, form: EscalateForm) -> Escalation | None:
    try:
        return escalation.raise_escalation(
            order=at.ticket.order,
            ticket=at.ticket,
            client=at.person,
            sender=at.person.email,
            by=None,
            channel=Ticket.Channel.PORTAL,
            at=timezone.now(),
            **form.facts(),
        )
    except escalation.Refused as refusal:
        form.add_error(None, in_full(refusal, [at.ticket]))
        return None


def _settle_page(
    request: SeatedRequest, at: Found, form: SettleForm, *, status: int | None = None
) -> HttpResponse:
    told = at.ticket.messages.filter(direction="OUT").select_related("author").order_by("pk").last()
    rows = at.ticket.deadlines.filter(state=Deadline.Verdict.OPEN, due_at__isnull=False)
    closing = [Deadline.Kind.CONFIRMATION, Deadline.Kind.AUTO_CLOSE, Deadline.Kind.STEP_DOWN]
    more = {"solution": told, "until": rows.filter(kind__in=closing).order_by("due_at").first()}
    return _act_page(request, "settle", at, form, more=more, status=status)


def _dispute_page(
    request: SeatedRequest, at: Found, form: DisputeForm, *, status: int | None = None
) -> HttpResponse:
    severities = {row.key: row for row in catalogue(at.ticket.version_id).severities}
    levels = [(choice, severities[choice.data["value"]]) for choice in form["wanted"]]
    return _act_page(request, "dispute", at, form, more={"levels": levels}, status=status)


def _escalate_page(
    request: SeatedRequest,
    at: Found,
    form: EscalateForm,
    grounds: Grounds,
    *,
    status: int | None = None,
) -> HttpResponse:
    choices = [(choice, form.offered[choice.data["value"]]) for choice in form["ground"]]
    more = {"grounds": grounds, "choices": choices}
    return _act_page(request, "escalate", at, form, more=more, status=status)


def _act_page(
    request: SeatedRequest,
    name: str,
    at: Found,
    form: Form,
    *,
    more: dict[str, Any],
    status: int | None,
) -> HttpResponse:
    context = {
        "ticket": at.ticket,
        "policy_zone": at.ticket.version.time_zone,
        "form": form,
        **more,
    }
    return TemplateResponse(request, f"portal/tickets/{name}.html", context, status=status)
