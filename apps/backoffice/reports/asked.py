"""What a report is about: a period, an account, a policy."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from apps.contracts.models import Account, Policy

DAYS = 30
INPUT = {"class": "tk-input"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A half-open period of the reader's days, and whose tickets."""

    starts_at: datetime
    ends_at: datetime
    account: Account | None
    policy: Policy | None

    def filters(self, ticket: str = "") -> dict[str, Any]:
        """Return what a query of tickets, or of rows that lead to one, is narrowed by."""
        found: dict[str, Any] = {}
        if self.account:
            found[f"{ticket}account"] = self.account
        if self.policy:
            found[f"{ticket}version__policy"] = self.policy
        return found


class AskForm(forms.Form):
    """From and to are days, both included."""

    since = forms.DateField(
        widget=forms.DateInput(attrs={**INPUT, "type": "date"}),
        error_messages={"required": "Say from which day.", "invalid": "That is not a day."},
    )
    until = forms.DateField(
        widget=forms.DateInput(attrs={**INPUT, "type": "date"}),
        error_messages={"required": "Say to which day.", "invalid": "That is not a day."},
    )
    account = forms.CharField(
        required=False, max_length=120, widget=forms.TextInput(attrs={**INPUT, "type": "search"})
    )
    policy = forms.ModelChoiceField(
        queryset=Policy.objects.order_by("pk"),
        required=False,
        empty_label="All policies",
        widget=forms.Select(attrs=INPUT),
        error_messages={"invalid_choice": "There is no such policy."},
    )

    def __init__(self, data: Any, *, today: date) -> None:
        given = {
            "since": (today - timedelta(days=DAYS - 1)).isoformat(),
            "until": today.isoformat(),
            **{name: value for name, value in data.items() if value},
        }
        super().__init__(given, auto_id="report_%s")

    def clean_account(self) -> Account | None:
        name = self.cleaned_data["account"].strip()
        if not name:
            return None
        found = Account.objects.filter(name__iexact=name).order_by("pk").first()
        if found is None:
            raise forms.ValidationError("There is no account of that name.")
        return found

    def clean(self) -> None:
        since, until = (self.cleaned_data.get(name) for name in ("since", "until"))
        if since and until and until < since:
            self.add_error("until", "The period ends before it begins.")

    def asked(self, zone: str) -> Asked:
        """Return the period in the reader's zone; the form is valid."""
        given = self.cleaned_data
        return Asked(
            starts_at=_midnight(given["since"], zone),
            ends_at=_midnight(given["until"] + timedelta(days=1), zone),
            account=given["account"],
            policy=given["policy"],
        )


def _midnight(day: date, zone: str) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
