"""What follows a solution: confirmed, refused, or answered and judged."""

from datetime import datetime
from typing import Any

from django import forms

from apps.contracts.models import User
from apps.tickets import services
from apps.tickets.admin.forms import ActForm, named, sentence_field
from apps.tickets.models import Ticket

CONFIRMS, JUSTIFIED, UNJUSTIFIED = "confirms", "justified", "unjustified"
BY_THEIR_MESSAGE = "Their message on the solution confirms it."


class ConfirmForm(ActForm):
    """How the client confirmed the closure, when it was not by their own mail."""

    name = "confirm"
    text = sentence_field()


class RefuseForm(ActForm):
    """Why the client does not take the solution for one."""

    name = "refuse"
    text = sentence_field()


class JudgeForm(ActForm):
    """What the client's answer to the solution amounts to."""

    name = "judge"
    VERDICTS = (
        (CONFIRMS, "It confirms the solution"),
        (JUSTIFIED, "It refuses the solution, and rightly"),
        (UNJUSTIFIED, "It refuses the solution, without ground"),
    )
    verdict = forms.ChoiceField(
        choices=VERDICTS,
        error_messages={
            "required": "Say what the client's answer amounts to.",
            "invalid_choice": "That is no way to judge it. Choose one of the three.",
        },
    )
    text = forms.CharField(
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4, "class": "tk-input"}),
    )


def _confirm(form: Any, ticket: Ticket, by: User, at: datetime) -> str:
    text = _plain(form)
    services.confirm(ticket=ticket, text=text, by=by, at=at, act_key=_once(form, text))
    return f"{ticket.number} is closed: the client confirmed it."


def _refuse(form: Any, ticket: Ticket, by: User, at: datetime) -> str:
    text = _plain(form)
    services.refuse_closure(ticket=ticket, text=text, by=by, at=at, act_key=_once(form, text))
    return "The refusal is kept. Judge it, and tell the client."


def _judge(form: Any, ticket: Ticket, by: User, at: datetime) -> str:
    text, verdict = _plain(form), form.cleaned_data["verdict"]
    call: dict[str, Any] = {
        "ticket": ticket,
        "by": by,
        "at": at,
        "act_key": _once(form, verdict, text),
    }
    if verdict == CONFIRMS:
        services.confirm(text=text if text.strip() else BY_THEIR_MESSAGE, **call)
        return f"{ticket.number} is closed: the client confirmed it."
    services.judge(text=text, justified=verdict == JUSTIFIED, **call)
    if verdict == JUSTIFIED:
        return f"{ticket.number} is open again, and {ticket.requester.email} is told."
    return f"{ticket.number} is closed, and {ticket.requester.email} is told."


def _plain(form: Any) -> str:
    return str(form.cleaned_data["text"]).replace("\r\n", "\n")


def _once(form: Any, *words: str) -> str:
    return named(form.cleaned_data["act_key"], *words)


CLOSING = {ConfirmForm: _confirm, RefuseForm: _refuse, JudgeForm: _judge}
