"""Suspension, a proposed lower severity, and what a ticket is about."""

from datetime import datetime
from typing import Any

from django import forms

from apps.contracts.models import Reason, User
from apps.tickets import services
from apps.tickets.admin.forms import ActForm, sentence_field
from apps.tickets.models import Event, Ticket
from apps.tickets.rules.history import Status


class SuspendForm(ActForm):
    """Why work stands still; the client is shown the reason."""

    name = "suspend"
    why = sentence_field()


class ResumeForm(ActForm):
    """Why work goes on."""

    name = "resume"
    why = sentence_field()


class ProposalForm(ActForm):
    """Lower the severity for the client's silence, or leave it and say why."""

    name = "proposal"
    LOWER, LEAVE = "lower", "leave"
    choice = forms.ChoiceField(
        choices=[(LOWER, "Lower it"), (LEAVE, "Leave it")],
        error_messages=dict.fromkeys(
            ["required", "invalid_choice"], "Say whether to lower the severity or to leave it."
        ),
    )
    explanation = sentence_field()


class ClassifyForm(ActForm):
    """What it is about, and which kind of covered work it is."""

    name = "classify"
    category = forms.ModelChoiceField(
        queryset=Reason.objects.none(),
        required=False,
        error_messages={"invalid_choice": "That is not a category of this policy."},
    )
    covered_work = forms.ModelChoiceField(
        queryset=Reason.objects.none(),
        required=False,
        error_messages={"invalid_choice": "That is not a kind of work of this policy."},
    )

    def __init__(self, data: Any = None, *, ticket: Ticket) -> None:
        super().__init__(data, ticket=ticket)
        kinds = {"category": Reason.Kind.CATEGORY, "covered_work": Reason.Kind.COVERED_WORK}
        for name, kind in kinds.items():
            self.fields[name].queryset = Reason.objects.filter(  # type: ignore[attr-defined]
                version=ticket.version_id, kind=kind
            )


def _suspend(form: Any, ticket: Ticket, by: User, at: datetime) -> str:
    services.suspend(ticket=ticket, why=form.cleaned_data["why"], clause="", by=by, at=at)
    return f"{ticket.number} is suspended, and {ticket.requester.email} is told."


def _resume(form: Any, ticket: Ticket, by: User, at: datetime) -> str:
    why = form.cleaned_data["why"]
    if ticket.status == Status.SUSPENDED and not why.strip():
        raise services.Refused("Say why it goes on: the client is shown the reason.")
    services.resume(ticket=ticket, why=why, by=by, at=at)
    return f"{ticket.number} goes on: its clocks take up where they stood."


def _proposal(form: Any, ticket: Ticket, by: User, at: datetime) -> str:
    given = form.cleaned_data
    if given["choice"] == ProposalForm.LOWER:
        if not _decided(ticket, Event.What.SEVERITY_CHANGED, by, {}):
            services.accept_proposal(ticket=ticket, by=by, at=at)
        ticket.refresh_from_db(fields=["severity"])
        return f"{ticket.number} has {ticket.severity} now. Its deadlines are worked out again."
    why = {"explanation": given["explanation"].strip()}
    if not _decided(ticket, Event.What.PROPOSAL_DECLINED, by, why):
        services.decline_proposal(ticket=ticket, by=by, at=at, explanation=given["explanation"])
    return f"{ticket.severity} stays."


def _decided(ticket: Ticket, kind: str, by: User, words: dict[str, str]) -> bool:
    """Tell whether this person just decided it so: then it is a double click."""
    last = ticket.events.order_by("-pk").first()
    if services.proposal_of(ticket) is not None or last is None:
        return False
    return (last.kind, last.by_id) == (kind, by.pk) and words.items() <= last.facts.items()


def _classify(form: Any, ticket: Ticket, by: User, at: datetime) -> str:
    given = form.cleaned_data
    services.classify(
        ticket=ticket,
        category=given["category"],
        covered_work=given["covered_work"],
        by=by,
        at=at,
    )
    return f"{ticket.number} is classified."


STANDING = {
    SuspendForm: _suspend,
    ResumeForm: _resume,
    ProposalForm: _proposal,
    ClassifyForm: _classify,
}
