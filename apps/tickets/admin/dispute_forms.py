"""What staff fill in on a dispute: what a client claims of a severity, and what was decided."""

from typing import Any
from uuid import uuid5

from django import forms

from apps.contracts.models import AuthorisedUser, Reason, Severity
from apps.tickets.admin.forms import ActForm
from apps.tickets.models import Dispute, Ticket


def _text(rows: int) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, "class": "tk-input"})
    return forms.CharField(required=False, strip=False, widget=widget)


class DisputeForm(ActForm):
    """A dispute that a client raised by mail or phone, taken down for them."""

    name = "dispute"
    who = forms.ModelChoiceField(
        queryset=AuthorisedUser.objects.none(),
        error_messages={
            "required": "Choose who disputes it.",
            "invalid_choice": "That is not one of this order's users.",
        },
    )
    wanted = forms.ModelChoiceField(
        queryset=Severity.objects.none(),
        error_messages={
            "required": "Choose the severity that the client wants.",
            "invalid_choice": "That is not a severity of this policy.",
        },
    )
    claim = _text(3)
    evidence = _text(3)

    def __init__(self, data: Any = None, *, ticket: Ticket) -> None:
        super().__init__(data, ticket=ticket)
        users = AuthorisedUser.objects.filter(order=ticket.order_id, is_active=True)
        self.fields["who"].queryset = users.order_by("name", "pk")  # type: ignore[attr-defined]
        severities = Severity.objects.filter(version=ticket.version_id)
        self.fields["wanted"].queryset = severities  # type: ignore[attr-defined]

    @property
    def once(self) -> str:
        """The same words sent twice are one dispute, other words with an old key another."""
        data = self.cleaned_data
        said = [data["who"].pk, data["wanted"].pk, data["claim"], data["evidence"]]
        return str(uuid5(data["act_key"], "\n".join(map(str, said))))


class DecisionForm(ActForm):
    """What was decided on a dispute, and why."""

    name = "decide"
    dispute = forms.ModelChoiceField(
        queryset=Dispute.objects.none(),
        error_messages={
            "required": "Something of the page got lost on its way: send it once more.",
            "invalid_choice": "That is not a dispute of this ticket.",
        },
    )
    decision = forms.ChoiceField(
        choices=[("uphold", "Uphold"), ("reject", "Reject")],
        error_messages={
            "required": "Choose whether the dispute is upheld or rejected.",
            "invalid_choice": "Choose whether the dispute is upheld or rejected.",
        },
    )
    change_reason = forms.ModelChoiceField(
        queryset=Reason.objects.none(),
        required=False,
        error_messages={"invalid_choice": "That is not one of this policy's reasons."},
    )
    reason = _text(3)

    def __init__(self, data: Any = None, *, ticket: Ticket) -> None:
        super().__init__(data, ticket=ticket)
        self.fields["dispute"].queryset = ticket.disputes.all()  # type: ignore[attr-defined]
        self.fields["change_reason"].queryset = Reason.objects.filter(  # type: ignore[attr-defined]
            version=ticket.version_id, kind=Reason.Kind.SEVERITY_CHANGE
        )
