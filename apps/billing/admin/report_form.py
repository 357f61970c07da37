"""What a report is asked for: a period or a day, an account, a currency."""

from datetime import date
from typing import Any

from django import forms

from apps.billing.models import LedgerAccount
from apps.billing.queries.reports import Asked, Report
from apps.contracts.models import Account

INPUT = {"class": "tk-input"}
EARLIEST, LATEST = date(2000, 1, 1), date(2999, 12, 31)


def day(required: str) -> forms.DateField:
    """Return a field for a day of the calendar."""
    return forms.DateField(
        widget=forms.DateInput(attrs={**INPUT, "type": "date"}),
        error_messages={"required": required, "invalid": "That is not a day."},
    )


class AskReport(forms.Form):
    """From and to are days, both included. Until somebody says otherwise: this month so far."""

    since = day("Say from which day.")
    until = day("Say to which day.")
    account = forms.CharField(
        required=False, max_length=160, widget=forms.TextInput(attrs={**INPUT, "type": "search"})
    )
    currency = forms.ChoiceField(
        required=False,
        widget=forms.Select(attrs=INPUT),
        error_messages={"invalid_choice": "Nothing was booked in that currency."},
    )

    def __init__(self, data: Any, *, report: Report, today: date) -> None:
        given = {
            "since": today.replace(day=1).isoformat(),
            "until": today.isoformat(),
            **{name: value for name, value in data.items() if value},
        }
        if report.as_of:
            given["since"] = given["until"]
        super().__init__(given, auto_id="report_%s")
        self.report = report
        currencies = LedgerAccount.objects.exclude(kind=LedgerAccount.Kind.RECEIVABLE)
        known = currencies.order_by("currency").values_list("currency", flat=True).distinct()
        choices = [("", "All currencies"), *((each, each) for each in known)]
        self.fields["currency"].choices = choices  # type: ignore[attr-defined]

    def clean_account(self) -> int | None:
        name = self.cleaned_data["account"].strip()
        if not name and not self.report.one_account:
            return None
        if not name:
            raise forms.ValidationError("Say whose statement: the name of an account.")
        found = (
            Account.objects.filter(name__iexact=name).order_by("pk").values_list("pk", flat=True)
        )
        if not found:
            raise forms.ValidationError("There is no account of that name.")
        return found[0]

    def clean(self) -> None:
        since, until = (self.cleaned_data.get(name) for name in ("since", "until"))
        if not since or not until:
            return
        if until < since:
            self.add_error("until", "The period ends before it begins.")
        if since < EARLIEST or until > LATEST:
            self.add_error("until", f"Choose days from {EARLIEST.year} to {LATEST.year}.")

    def asked(self) -> Asked:
        """Return what is asked; the form is valid."""
        given = self.cleaned_data
        return Asked(given["since"], given["until"], given["account"], given["currency"])
