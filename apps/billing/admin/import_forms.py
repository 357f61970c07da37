"""How a file of payments is to be read: what a person chooses, and the file between two pages."""

import base64
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core import signing
from unfold.widgets import UnfoldAdminFileFieldWidget

from apps.billing.admin.fields import method_field
from apps.billing.bank_files.choices import ENCODINGS, SEPARATORS, Choices
from apps.billing.bank_files.columns import FIELDS
from apps.billing.models import BillingProfile, Payment
from apps.billing.rules.bank_cells import COMMA, DAY_FORMS, POINT

COLUMN = "column_"
KEEP = 3600  # seconds
MOST_CARRIED = 2_000_000  # characters; Django takes 2.5 MB of form fields
SALT = "payment-import"


class ChoicesForm(forms.Form):
    """The choices that a file cannot be asked for: nothing of them is guessed from its rows."""

    day_form = forms.ChoiceField(
        label="Dates are written like",
        choices=[(key, form.label) for key, form in DAY_FORMS.items()],
        widget=forms.Select(attrs={"class": "tk-input"}),
    )
    decimal = forms.ChoiceField(
        label="Amounts are written like",
        choices=[(POINT, "1,234.56"), (COMMA, "1.234,56")],
        widget=forms.Select(attrs={"class": "tk-input"}),
    )
    method = method_field()
    currency = forms.ChoiceField(
        label="Currency, where the file has no column for it",
        widget=forms.Select(attrs={"class": "tk-input"}),
        required=False,
    )
    encoding = forms.ChoiceField(
        label="Encoding",
        choices=list(ENCODINGS.items()),
        widget=forms.Select(attrs={"class": "tk-input"}),
        required=False,
    )
    separator = forms.ChoiceField(
        label="Cells are separated by",
        choices=[(key.replace("\t", "tab"), label) for key, label in SEPARATORS.items()],
        widget=forms.Select(attrs={"class": "tk-input"}),
        required=False,
    )

    def __init__(self, data: Any = None, files: Any = None) -> None:
        initial = {"day_form": "ISO", "decimal": POINT, "method": Payment.Method.BANK}
        super().__init__(data, files, initial=initial)
        known = BillingProfile.objects.order_by("currency").values_list("currency", flat=True)
        currencies = list(known.distinct())
        self.fields["currency"].choices = [  # type: ignore[attr-defined]
            *([] if len(currencies) == 1 else [("", "Say it in a column")]),
            *((each, each) for each in currencies),
        ]

    def choices(self) -> Choices:
        """Return the choices, with which column is what, where somebody said it."""
        said = self.cleaned_data
        columns = {
            int(name.removeprefix(COLUMN)): field
            for name, field in self.data.items()
            if name.removeprefix(COLUMN).isdecimal() and name.isascii()
            if name.startswith(COLUMN) and (field in FIELDS or not field)
        }
        return Choices(
            day_form=said["day_form"],
            decimal=said["decimal"],
            method=said["method"],
            currency=said["currency"],
            encoding=said["encoding"],
            separator=said["separator"].replace("tab", "\t"),
            columns=columns,
        )


class UploadForm(ChoicesForm):
    """The file, and how it is to be read."""

    file = forms.FileField(
        label="File",
        allow_empty_file=True,  # refused by the reader, in its words
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.txt,.tsv"}),
        error_messages={"required": "Choose a file."},
    )
    field_order = ["file"]


def carried(data: bytes, name: str, *, by: int) -> str:
    """Return a file as a page carries it to the next: one person's, for an hour."""
    packed = [base64.b64encode(data).decode(), name]
    return signing.dumps(packed, salt=f"{SALT}:{by}", compress=True)


def uncarried(text: str, *, by: int) -> tuple[bytes, str] | None:
    """Return the file that a page carried; None: it is somebody else's, or too old."""
    try:
        data, name = signing.loads(text, salt=f"{SALT}:{by}", max_age=KEEP)
    except signing.BadSignature:
        return None
    return base64.b64decode(data), name


def columns_shown(
    names: Sequence[str], fields: Sequence[str]
) -> list[tuple[str, str, str, list[tuple[str, str]]]]:
    """Return name of the input, column, chosen field and all fields, for each column of a file."""
    options = [("", "Left out"), *((key, label) for key, (label, _) in FIELDS.items())]
    return [(f"{COLUMN}{place}", name, fields[place], options) for place, name in enumerate(names)]
