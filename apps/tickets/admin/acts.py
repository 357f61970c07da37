"""What each form of the page does: one service, and a sentence on what was done."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from apps.contracts.models import User
from apps.tickets import services
from apps.tickets.admin.case_forms import CASES
from apps.tickets.admin.closing_forms import CLOSING
from apps.tickets.admin.forms import (
    ActForm,
    AssignForm,
    ReopenForm,
    SeverityForm,
    WriteForm,
)
from apps.tickets.admin.related_acts import RELATED_ACTS
from apps.tickets.admin.standing_forms import STANDING
from apps.tickets.admin.times_forms import HandOverForm, TimeForm
from apps.tickets.admin.watch_forms import WatchForm, follow
from apps.tickets.call_log import Logged, keep
from apps.tickets.models import Event, Ticket

Act = Callable[[Any, Ticket, User, datetime], str]


def act(form: ActForm, *, ticket: Ticket, by: User, at: datetime) -> str:
    """Do what a valid form says and return what was done.

    :raises services.Refused: it does not fit the ticket as it is.
    """
    perform = _ACTS[type(form)]
    if not form.holds_ticket:
        return perform(form, ticket, by, at)
    seen = form.cleaned_data["seen"] if form.minds_others else None
    with services.acting_on(ticket, by=by, seen=seen, on_merged=form.fits_merged):
        return perform(form, ticket, by, at)


def _write(form: Any, ticket: Ticket, by: User, at: datetime) -> str:
    given = form.cleaned_data
    call: dict[str, Any] = {
        "ticket": ticket,
        "text": given["text"],
        "by": by,
        "at": at,
        "act_key": form.once,
    }
    call["uploads"] = given["attached"]
    if given["act"] == "solve":
        services.solve(reason=given["reason"], exclusion=given["exclusion"], **call)
        return _solved(ticket)
    service, done = _WRITTEN[given["act"]]
    service(**call)
    if given["act"] == "call":
        keep(Logged(ticket, given["caller"] or ticket.requester, given["text"], by, at, form.once))
    return done.format(ticket=ticket)


def _solved(ticket: Ticket) -> str:
    ticket.refresh_from_db(fields=["status"])
    told = f"{ticket.requester.email} is told."
    if ticket.status == Ticket.State.CLOSED:
        return f"{ticket.number} is closed, and {told}"
    return f"{ticket.number} has its solution and awaits its closure; {told}"


_WRITTEN: dict[str, tuple[Callable[..., Any], str]] = {
    "answer": (services.answer, "The answer is on its way to {ticket.requester.email}."),
    "ask": (
        services.ask_client,
        "The question is on its way to {ticket.requester.email}. It is the client's turn.",
    ),
    "note": (services.note, "The note is kept. Only staff see it."),
    "workaround": (
        services.give_workaround,
        "The workaround is on its way to {ticket.requester.email}. The clocks run on.",
    ),
    "call": (services.log_call, "The call is logged as a response. Nothing was sent."),
}


def _severity(form: Any, ticket: Ticket, by: User, at: datetime) -> str:
    given = form.cleaned_data
    words = {"to": given["to"].key, "reason": given["reason"].key}
    words["explanation"] = given["explanation"].strip()
    if not (given["to"] == ticket.severity and _said_before(ticket, "SEVERITY_CHANGED", by, words)):
        services.change_severity(
            ticket=ticket,
            to=given["to"],
            reason=given["reason"],
            explanation=given["explanation"],
            by=by,
            at=at,
        )
    return f"{ticket.number} has {given['to']} now. Its deadlines are worked out again."


def _reopen(form: Any, ticket: Ticket, by: User, at: datetime) -> str:
    explanation = form.cleaned_data["explanation"]
    is_open = ticket.status not in (Ticket.State.CLOSED, Ticket.State.SOLVED)
    if not (is_open and _said_before(ticket, "REOPENED", by, {"explanation": explanation.strip()})):
        services.reopen(ticket=ticket, explanation=explanation, by=by, at=at)
    return f"{ticket.number} is open again."


def _assign(form: Any, ticket: Ticket, by: User, at: datetime) -> str:
    to = form.cleaned_data["to"]
    services.assign(ticket=ticket, to=to, by=by, at=at)
    return f"Assigned to {to}." if to else f"{ticket.number} is back in the queue."


def _time(form: Any, ticket: Ticket, by: User, at: datetime) -> str:
    entry = services.log_time(
        order=ticket.order,
        ticket=ticket,
        who=by,
        source_key=f"time:{form.once}",
        by=by,
        at=at,
        **form.cleaned_data["work"],
    )
    return f"{entry.minutes} minutes are logged."


def _centre(form: Any, ticket: Ticket, by: User, at: datetime) -> str:
    given = form.cleaned_data
    text = given["text"].replace("\r\n", "\n")
    services.hand_to_centre(ticket=ticket, text=text, by=by, at=at, act_key=str(given["act_key"]))
    return f"{ticket.number} is in the support centre's queue."


def _said_before(ticket: Ticket, kind: str, by: User, words: dict[str, str]) -> bool:
    """Tell whether the last act of this kind was the very same: then it is a double click."""
    last: Event | None = ticket.events.filter(kind=kind).order_by("-pk").first()
    return last is not None and last.by_id == by.pk and words.items() <= last.facts.items()


_ACTS: dict[type[ActForm], Act] = {
    WriteForm: _write,
    SeverityForm: _severity,
    AssignForm: _assign,
    ReopenForm: _reopen,
    TimeForm: _time,
    HandOverForm: _centre,
    WatchForm: follow,
    **RELATED_ACTS,
    **CLOSING,
    **CASES,
    **STANDING,
}
MERGED_FORMS = {WriteForm.name}  # what is left of them on a ticket that was merged away
FORMS = {form.name: form for form in _ACTS}
