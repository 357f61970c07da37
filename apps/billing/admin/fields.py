"""What people type about money: amounts, days, whose it is. Refusals say what to write instead."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from apps.billing.models import Payment
from apps.billing.queries.named import documents_named
from apps.billing.rules.bank_cells import POINT, amount_in
from apps.billing.rules.money import ZERO
from apps.billing.services.refusal import BillingRefused
from apps.contracts.models import Account
from apps.contracts.sheets.alike import alike

LONGEST_NAME = 200


class AmountField(forms.CharField):
    """An amount such as 1,250.00, in whole cents."""

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value).strip()
        if not text:
            return None
        try:
            return amount_in(text, decimal=POINT)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


def amount_field(label: str, **given: Any) -> AmountField:
    """Return a field for an amount."""
    widget = forms.TextInput(
        attrs={"class": "tk-input", "inputmode": "decimal", "autocomplete": "off"}
    )
    missing = {"required": "Say how much."}
    return AmountField(label=label, max_length=40, widget=widget, error_messages=missing, **given)


def day_field(label: str, **given: Any) -> forms.DateField:
    """Return a field for a day."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "tk-input"})
    words = {"required": "Say which day.", "invalid": "That is not a day. Write it as 2026-12-31."}
    return forms.DateField(
        label=label, widget=widget, input_formats=["%Y-%m-%d"], error_messages=words, **given
    )


def text_field(label: str, *, longest: int, rows: int = 0, **given: Any) -> forms.CharField:
    """Return a field for words; of several rows, where it says how many."""
    shown = {"class": "tk-input"}
    widget = forms.Textarea({**shown, "rows": rows}) if rows else forms.TextInput(shown)
    return forms.CharField(label=label, max_length=longest, widget=widget, required=False, **given)


def method_field() -> forms.ChoiceField:
    """Return a field for a way to pay."""
    return forms.ChoiceField(
        label="Method",
        choices=Payment.Method.choices,
        widget=forms.Select(attrs={"class": "tk-input"}),
        error_messages={"invalid_choice": "That is not a way to pay."},
    )


class WhoseField(forms.CharField):
    """An account, by its name or by the number of one of its invoices."""

    def clean(self, value: Any) -> Account:
        text = " ".join(super().clean(value).split())
        account = account_called(text)
        if account is None:
            raise forms.ValidationError(
                f"There is no account “{text}”, and it names no invoice of ours. Write the"
                " account's name, or the number of one of its invoices."
            )
        return account


def whose_field() -> WhoseField:
    """Return a field for whose payment it is."""
    shown = {"class": "tk-input", "autocomplete": "off", "list": "accounts"}
    return WhoseField(
        label="Account, or one of its invoices",
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs=shown),
        error_messages={"required": "Say whose it is."},
    )


def account_called(text: str) -> Account | None:
    """Return the account of that name, or of the invoice of that number; None: there is none."""
    exact = Account.objects.filter(name=text).first()
    if exact is not None or not text:
        return exact
    name = alike(text, column="name", among=Account.objects.all())
    if name:
        return Account.objects.get(name=name)
    accounts = {each.account for each in documents_named([text])[text]}
    return accounts.pop() if len(accounts) == 1 else None


def typed_amounts(given: Mapping[str, Any], *, prefix: str) -> dict[int, Decimal]:
    """Return key -> amount, of the fields that are called so and say more than nothing.

    :raises BillingRefused: one of them is no amount.
    """
    found = {}
    for name, text in given.items():
        key = name.removeprefix(prefix)
        if name.startswith(prefix) and key.isascii() and key.isdigit() and text.strip():
            try:
                amount = amount_in(text, decimal=POINT)
            except ValueError as error:
                raise BillingRefused(str(error)) from None
            if amount < ZERO:
                raise BillingRefused("An amount here is not below nothing.")
            found[int(key)] = amount
    return found


def first_fault(form: forms.Form) -> str:
    """Return the first thing that is wrong with a form."""
    return next((str(words[0]) for words in form.errors.values()), "")


def checked(form: forms.Form) -> dict[str, Any]:
    """Return what a form says.

    :raises BillingRefused: it says what cannot be.
    """
    if not form.is_valid():
        raise BillingRefused(first_fault(form))
    return form.cleaned_data


class OnDay(forms.Form):
    """A day on which something is done."""

    on = day_field("On")


def day_of(given: Mapping[str, Any]) -> date:
    """Return the day that a page says.

    :raises BillingRefused: it says none.
    """
    day: date = checked(OnDay(given))["on"]
    return day
