"""What is asked for on the pages of money: a period, a dispute, its withdrawal."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4, uuid5

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.billing.services.disputes import LONGEST_TEXT

LONGEST = timedelta(days=731)  # of a statement


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        input_formats=["%Y-%m-%d"],
        error_messages={
            "required": _("Say which day."),
            "invalid": _("That is not a day. Write it as 2026-12-31."),
        },
    )


class PeriodForm(forms.Form):
    """The first and the last day of a statement, both included."""

    since = _day(_("From"))
    until = _day(_("To"))

    def clean(self) -> dict[str, Any]:
        days = super().clean() or self.cleaned_data
        since, until = days.get("since"), days.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last day is before the first. Choose a later one."))
        elif since and until and until - since > LONGEST:
            self.add_error("since", _("A statement covers two years at most. Begin later."))
        return days

    @classmethod
    def lately(cls, today: date) -> dict[str, str]:
        """Return the days to begin with: from the first of a month, a quarter back, until today."""
        months = today.year * 12 + today.month - 1 - 2
        since = date(months // 12, months % 12 + 1, 1)
        return {"since": since.isoformat(), "until": today.isoformat()}


class DisputeForm(forms.Form):
    """How much of a line is disputed, before tax, and why."""

    amount = forms.DecimalField(
        label=_("Amount before tax"),
        max_digits=12,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={
            "required": _("Say how much of it you dispute."),
            "invalid": _("That is not an amount. Write it as 125.00."),
        },
    )
    reason = forms.CharField(
        label=_("Why it is not right"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("What was not asked for, not done, or charged otherwise than agreed."),
        error_messages={"required": _("Say why it is not right: we look into it by that.")},
    )
    act_key = forms.UUIDField(widget=forms.HiddenInput)

    @classmethod
    def fresh(cls, *, amount: Decimal) -> "DisputeForm":
        """Return an empty form, which names what is sent with it."""
        return cls(initial={"amount": amount, "act_key": uuid4()})

    def key(self, line_id: int) -> str:
        """Name what was sent: the same sent twice is one dispute, other words are another."""
        said = self.cleaned_data
        return str(uuid5(said["act_key"], f"{line_id}\n{said['amount']}\n{said['reason']}"))


class WithdrawForm(forms.Form):
    """That a dispute is not held up, with a word on it. ``seen`` is the revision that was shown."""

    seen = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("A word on it, if you like"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
