"""A call, from the form of a new request: one service for each of its ends, and who called."""

from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from apps.contracts.models import AuthorisedUser, EscalationRung, User
from apps.intake import services
from apps.intake.admin.call_fields import ADDED, ELSEWHERE, SETTLED, TICKET
from apps.intake.admin.new_request_form import NewRequestForm
from apps.intake.models import Call, RefusedRequest
from apps.intake.rules.phone import ending_of
from apps.tickets.models import Ticket


def take_call(request: HttpRequest, form: NewRequestForm) -> HttpResponse | RefusedRequest:
    """Write a call down, say what became of it, and go where one goes on with it.

    Clause: V-8.1, S-1.

    :raises Refused: it does not fit; the words say why.
    """
    call = _taken(form, by=cast(User, request.user))
    if call.refused is not None:
        return call.refused
    if call.ticket is None:
        messages.success(request, _said(call))
        return HttpResponseRedirect(reverse("admin:intake_call_change", args=[call.pk]))
    if call.is_new_ticket:
        return registered(request, call.ticket, form.person)
    messages.success(request, f"The call is logged on {call.ticket.number}.")
    return _to(call.ticket)


def registered(request: HttpRequest, ticket: Ticket, person: AuthorisedUser) -> HttpResponse:
    """Say that a ticket is registered, and go to its page."""
    messages.success(request, f"{ticket.number} is registered, and {person.email} gets the number.")
    return _to(ticket)


def _taken(form: NewRequestForm, *, by: User) -> Call:
    given, becomes = form.cleaned_data, form.cleaned_data["becomes"]
    act: dict[str, Any] = {
        "requester": form.person,
        "said": form.said(),
        "at": timezone.now(),
        "source_key": f"staff:{form.once}",
        "by": by,
    }
    if becomes == TICKET:
        facts = form.facts()
        wanted = {name: facts[name] for name in ("severity", "is_disconnection")}
        return services.register_call(**act, **wanted, wanted=facts["wants"])
    if becomes == SETTLED:
        return services.settle_call(**act)
    if becomes == ADDED:
        ticket, is_answer = given["on_ticket"], given["is_answer"]
        return services.add_call(**act, ticket=ticket, is_answer=is_answer)
    return services.redirect_call(**act, to=ELSEWHERE[becomes][0])


def _said(call: Call) -> str:
    if call.outcome == Call.Outcome.SETTLED:
        return "The call is written down as settled. There is no ticket."
    place = call.get_redirected_to_display().lower()
    return f"The call is written down: {call.caller} was sent to {place}. There is no ticket."


def _to(ticket: Ticket) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:tickets_ticket_change", args=[ticket.pk]))


def names_ticket(words: str) -> bool:
    """Whether the words are the number of a ticket, as it is written out."""
    has_prefix = words.lower().startswith(settings.TICKET_PREFIX.lower())
    return has_prefix and Ticket.objects.numbered(words).exists()


def callers(words: str) -> Q:
    """Fit the people of the ticket that the words name, or whom a phone number leads to.

    A number leads to who called from it before, and to the orders in which somebody in charge
    has it.
    """
    if names_ticket(words):
        return Q(order__in=Ticket.objects.numbered(words).values("order"))
    ending = ending_of(words)
    if not ending:
        return Q(pk__in=[])
    known = Call.objects.filter(number_backwards__startswith=ending, person__isnull=False)
    # As people write it: anything but a digit may stand between two.
    written = r"[^0-9]*".join(ending[::-1]) + r"[^0-9]*$"
    rungs = EscalationRung.objects.filter(phone__regex=written)
    own = Q(phone__regex=written) & ~Q(phone="")
    return own | Q(pk__in=known.values("person")) | Q(order__in=rungs.values("order"))
