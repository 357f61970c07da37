"""What the forms on disputes, links and merges do: one service each, and a sentence on it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from apps.contracts.models import User
from apps.tickets import services
from apps.tickets.admin.dispute_forms import DecisionForm, DisputeForm
from apps.tickets.admin.forms import ActForm
from apps.tickets.admin.related_forms import LinkForm, MergeForm, UnlinkForm
from apps.tickets.models import Ticket


def _dispute(form: Any, ticket: Ticket, by: User, at: datetime) -> str:
    given = form.cleaned_data
    services.raise_dispute(
        ticket=ticket,
        client=given["who"],
        wanted=given["wanted"],
        claim=given["claim"].replace("\r\n", "\n"),
        evidence=given["evidence"].replace("\r\n", "\n"),
        by=by,
        at=at,
        act_key=form.once,
    )
    return f"The dispute is taken down, and {given['who'].email} is told."


def _decide(form: Any, ticket: Ticket, by: User, at: datetime) -> str:
    given = form.cleaned_data
    dispute = services.decide_dispute(
        dispute=given["dispute"],
        uphold=given["decision"] == "uphold",
        reason=given["reason"].replace("\r\n", "\n"),
        change_reason=given["change_reason"],
        by=by,
        at=at,
    )
    if given["decision"] == "uphold":
        return f"The dispute is upheld: {ticket.number} has {dispute.wanted} now."
    return "The dispute is rejected, and the client is told why."


def _link(form: Any, ticket: Ticket, by: User, at: datetime) -> str:
    other = form.cleaned_data["other"]
    services.link(ticket=ticket, other=other, by=by, at=at)
    return f"{ticket.number} and {other.number} are linked."


def _unlink(form: Any, ticket: Ticket, by: User, at: datetime) -> str:
    other = form.cleaned_data["other"]
    services.unlink(ticket=ticket, other=other, by=by, at=at)
    return f"{ticket.number} and {other.number} are not linked any more."


def _merge(form: Any, ticket: Ticket, by: User, at: datetime) -> str:
    given = form.cleaned_data
    services.merge(
        duplicate=ticket, into=given["other"], by=by, at=at, act_key=str(given["act_key"])
    )
    return f"{ticket.number} goes on as {given['other'].number}, and its requester is told."


RELATED_ACTS: dict[type[ActForm], Callable[[Any, Ticket, User, datetime], str]] = {
    DisputeForm: _dispute,
    DecisionForm: _decide,
    LinkForm: _link,
    UnlinkForm: _unlink,
    MergeForm: _merge,
}
