"""What staff fill in for many tickets at once. Whether it fits each, the services decide."""

from typing import Any

from django import forms

from apps.contracts.models import Reason, Severity, User


class AssignManyForm(forms.Form):
    """Whose desk they shall lie on; nobody: back to the queue."""

    to = forms.ModelChoiceField(
        queryset=User.objects.filter(is_staff=True, is_active=True),
        required=False,
        error_messages={"invalid_choice": "That person does not work on tickets."},
    )

    def __init__(self, data: Any = None, *, version_id: int | None = None) -> None:
        super().__init__(data, auto_id="many_%s")
        self.people = sorted(self.fields["to"].queryset, key=str)  # type: ignore[attr-defined]


class SeverityOfManyForm(forms.Form):
    """Another severity for all of them, for one of their policy's reasons."""

    to = forms.ModelChoiceField(
        queryset=Severity.objects.none(),
        error_messages={
            "required": "Choose the new severity.",
            "invalid_choice": "That is not a severity of this policy.",
        },
    )
    reason = forms.ModelChoiceField(
        queryset=Reason.objects.none(),
        error_messages={
            "required": "Choose one of the policy's reasons.",
            "invalid_choice": "That is not one of this policy's reasons.",
        },
    )
    explanation = forms.CharField(
        strip=True,
        widget=forms.Textarea(attrs={"rows": 2, "class": "tk-input"}),
        error_messages={"required": "Say in a sentence what changed: the client may ask."},
    )

    def __init__(self, data: Any = None, *, version_id: int | None = None) -> None:
        super().__init__(data, auto_id="many_%s")
        kind = Reason.Kind.SEVERITY_CHANGE
        self.severities = Severity.objects.filter(version=version_id).order_by("rank")
        self.reasons = Reason.objects.filter(version=version_id, kind=kind).order_by("position")
        self.fields["to"].queryset = self.severities  # type: ignore[attr-defined]
        self.fields["reason"].queryset = self.reasons  # type: ignore[attr-defined]
