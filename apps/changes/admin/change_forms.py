"""What staff fill in of a change of an API: itself, and the things that it breaks."""

from typing import Any

from django import forms

from apps.changes.admin.pages import LOST
from apps.changes.models import PlatformChange
from apps.changes.services.platform_changes import MOST_ITEMS, Broken, ChangeWords

INPUT = {"class": "tk-input"}
BLANK_ROWS = 2  # at the end of the list; more come as they are filled in
NAMES = ("api", "version", "takes_effect_on", "due_on", "remind_days", "link", "summary")


def line(label: str, missing: str, *, most: int, hint: str = "") -> forms.CharField:
    """Return a field of one line."""
    attrs = {**INPUT, "placeholder": hint} if hint else INPUT
    return forms.CharField(
        label=label,
        max_length=most,
        widget=forms.TextInput(attrs=attrs),
        error_messages={"required": missing},
    )


def text(label: str, missing: str = "", *, rows: int = 4, required: bool = True) -> forms.CharField:
    """Return a field of several lines."""
    return forms.CharField(
        label=label,
        max_length=20_000,
        required=required,
        widget=forms.Textarea(attrs={**INPUT, "rows": rows}),
        error_messages={"required": missing},
    )


def day(label: str, missing: str) -> forms.DateField:
    """Return a field of a date."""
    return forms.DateField(
        label=label,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={**INPUT, "type": "date"}),
        error_messages={"required": missing, "invalid": "Write the date as 2026-11-27."},
    )


class ChangeForm(forms.Form):
    """A change; what it breaks is a list of its own. ``seen`` is the edition that was shown."""

    api = line("API", "Say which API it is.", most=120, hint="Management API")
    version = line("Version", "Say which version it is.", most=60, hint="3.0")
    takes_effect_on = day("Takes effect on", "Say on which day it takes effect.")
    due_on = day("Analyses are due by", "Say until when the clients are to have their analyses.")
    remind_days = forms.IntegerField(
        label="Remind the TAM, days before",
        min_value=0,
        max_value=365,
        initial=7,
        widget=forms.NumberInput(attrs={**INPUT, "inputmode": "numeric"}),
        error_messages={
            "required": "Say how many days before the due day the TAM is reminded.",
            "invalid": "Write whole days, such as 7.",
        },
    )
    link = forms.URLField(
        label="Link to its notes",
        required=False,
        max_length=500,
        assume_scheme="https",
        widget=forms.URLInput(attrs=INPUT),
        error_messages={"invalid": "Write the whole address, such as https://example.com/notes."},
    )
    summary = text("What changes", "Say in a few words what changes.")
    seen = forms.IntegerField(
        min_value=1,
        max_value=2**31 - 1,
        required=False,
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(["invalid", "min_value", "max_value"], LOST),
    )


class ItemForm(forms.Form):
    """One thing that breaks."""

    title = line("What breaks", "Say what breaks.", most=250, hint="What breaks")
    details = forms.CharField(
        label="How it was, and how it will be",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(
            attrs={**INPUT, "rows": 2, "placeholder": "How it was, and how it will be"}
        ),
    )


ItemRows = forms.formset_factory(
    ItemForm, extra=BLANK_ROWS, can_delete=True, max_num=MOST_ITEMS, absolute_max=MOST_ITEMS + 50
)


class ChangeEditor:
    """All forms of a draft together."""

    def __init__(self, data: Any = None, *, change: PlatformChange | None = None) -> None:
        initial = {name: getattr(change, name) for name in NAMES} if change else {}
        rows = list(change.items.values("title", "details")) if change else []
        self.form = ChangeForm(data, auto_id="change_%s", initial=initial)
        self.items = ItemRows(data, prefix="items", initial=rows)

    def is_valid(self) -> bool:
        """Whether each form is; all are looked at, so that all that is wrong is said at once."""
        return all([self.form.is_valid(), self.items.is_valid()])

    def written(self) -> ChangeWords:
        """Return what was written."""
        given = self.form.cleaned_data
        filled = (row.cleaned_data for row in self.items.forms if row.has_changed() or row.initial)
        kept = [row for row in filled if row and not row.get("DELETE")]
        return ChangeWords(
            **{name: given[name] for name in NAMES},
            items=[Broken(row["title"], row["details"]) for row in kept],
        )
