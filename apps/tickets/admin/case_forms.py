"""Work handed to a third party or to the platform's vendor."""

from datetime import datetime
from typing import Any

from django import forms

from apps.contracts.models import User
from apps.tickets import services
from apps.tickets.admin.forms import ActForm, named, sentence_field
from apps.tickets.models import Ticket, VendorCase

INPUT = {"class": "tk-input"}
SUFFERS = [("yes", "The client's service suffers"), ("no", "Service does not suffer")]
LONGEST = VendorCase._meta.get_field("name").max_length


class HandOutForm(ActForm):
    """Who helps, under which number, and whether the client's service suffers meanwhile."""

    name = "handout"
    party = forms.ChoiceField(
        choices=VendorCase.Party.choices,
        error_messages=dict.fromkeys(
            ["required", "invalid_choice"],
            "Say whether it is a third party or the platform's vendor.",
        ),
    )
    who = forms.CharField(
        max_length=LONGEST,
        widget=forms.TextInput(attrs=INPUT),
        error_messages={"required": "Say who helps."},
    )
    reference = forms.CharField(
        max_length=LONGEST, required=False, widget=forms.TextInput(attrs=INPUT)
    )
    suffers = forms.ChoiceField(
        choices=SUFFERS,
        error_messages=dict.fromkeys(
            ["required", "invalid_choice"], "Say whether the client's service suffers."
        ),
    )
    workaround = sentence_field()


class CaseForm(ActForm):
    """A case of this ticket. Its list is read when something was sent."""

    case = forms.ModelChoiceField(
        queryset=VendorCase.objects.none(),
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(
            ["required", "invalid_choice"], "That is not a case of this ticket."
        ),
    )

    def __init__(self, data: Any = None, *, ticket: Ticket) -> None:
        super().__init__(data, ticket=ticket)
        self.fields["case"].queryset = ticket.vendor_cases.all()  # type: ignore[attr-defined]


class AmendCaseForm(CaseForm):
    """Their number, whether service suffers, and what the client can do until then."""

    name = "amendcase"
    reference = forms.CharField(max_length=LONGEST, required=False)
    suffers = forms.ChoiceField(
        choices=SUFFERS,
        required=False,
        error_messages={"invalid_choice": "Say whether the client's service suffers."},
    )
    workaround = sentence_field()


class HandBackForm(CaseForm):
    """What came of it."""

    name = "handback"
    outcome = sentence_field()


def _hand_out(form: Any, ticket: Ticket, by: User, at: datetime) -> str:
    given = form.cleaned_data
    typed = [given[name] for name in ("party", "who", "reference", "suffers", "workaround")]
    case = services.hand_out(
        ticket=ticket,
        party=given["party"],
        name=given["who"],
        reference=given["reference"],
        service_affecting=given["suffers"] == "yes",
        workaround=_plain(given["workaround"]),
        by=by,
        at=at,
        act_key=named(given["act_key"], *typed),
    )
    return f"Handed to {case.name}. Our clocks run on."


def _amend_case(form: Any, ticket: Ticket, by: User, at: datetime) -> str:
    given = form.cleaned_data
    services.amend_case(
        case=given["case"],
        reference=given["reference"],
        workaround=_plain(given["workaround"]),
        service_affecting=given["suffers"] == "yes" if given["suffers"] else None,
        by=by,
        at=at,
    )
    return f"The case with {given['case'].name} is kept as you wrote it."


def _hand_back(form: Any, ticket: Ticket, by: User, at: datetime) -> str:
    case, outcome = form.cleaned_data["case"], _plain(form.cleaned_data["outcome"])
    if case.closed_at is not None and case.outcome != outcome.strip():
        raise services.Refused(f"The case with {case.name} is closed already: {case.outcome}")
    services.hand_back(case=case, outcome=outcome, by=by, at=at)
    return f"The case with {case.name} is closed."


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n")


CASES = {HandOutForm: _hand_out, AmendCaseForm: _amend_case, HandBackForm: _hand_back}
