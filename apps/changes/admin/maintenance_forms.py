"""What staff fill in of maintenance. Whether it may be so, the services decide."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from django import forms

from apps.changes.models import Maintenance
from apps.changes.models.maintenance import LONGEST_TITLE
from apps.changes.services import Words, Work
from apps.changes.services.maintenance_held import LONGEST_TEXT
from apps.contracts.models import Account, Service
from apps.escalation.admin.report_forms import LOST, time_field

KEY = re.compile(r"[0-9a-f-]{36}", re.ASCII)
FORM_ERRORS = {"max_length": f"Write at most {LONGEST_TEXT:,} characters."}
MOST_LINES = 2_000


def _text(label: str, *, rows: int, required: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=bool(required),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": rows, "class": "tk-input"}),
        error_messages={**FORM_ERRORS, "required": required},
    )


class WorkForm(forms.Form):
    """The work, its window, and what it touches: objects are lines of “account; name”."""

    act_key = forms.RegexField(
        regex=KEY,
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(["required", "invalid"], LOST),
    )
    title = forms.CharField(
        label="What it is, in a line",
        max_length=LONGEST_TITLE,
        widget=forms.TextInput(attrs={"class": "tk-input"}),
        error_messages={
            "required": "Say in a line what it is.",
            "max_length": f"Write at most {LONGEST_TITLE} characters.",
        },
    )
    starts_at = time_field("From", required=True)
    ends_at = time_field("Until", required=True)
    impact = forms.ChoiceField(
        choices=Maintenance.Impact.choices,
        error_messages=dict.fromkeys(
            ["required", "invalid_choice"], "Say what impact is expected."
        ),
    )
    services = forms.ModelMultipleChoiceField(
        queryset=Service.objects.none(),
        required=False,
        label="Services",
        error_messages={"invalid_choice": "One of these services is not there any more."},
    )
    objects = _text("Objects of single accounts", rows=4)
    description = _text("What is done, as clients read it", rows=5, required="Say what is done.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # One that is not offered any more may be what an old order covers.
        self.fields["services"].queryset = Service.objects.all()  # type: ignore[attr-defined]

    @property
    def key(self) -> str:
        """The key of the form: what was sent, else a fresh one."""
        sent = str(self["act_key"].value() or "") if self.is_bound else ""
        return sent if KEY.fullmatch(sent) else str(uuid4())

    @property
    def chosen(self) -> list[str]:
        return [str(getattr(key, "pk", key)) for key in self["services"].value() or []]

    def clean_objects(self) -> list[tuple[Account, str]]:
        """Return (account, name) of each line.

        :raises ValidationError: a line names no account of ours, or no object.
        """
        lines = [line.strip() for line in self.cleaned_data["objects"].splitlines()]
        pairs = [(at, *_halves(line)) for at, line in enumerate(lines, start=1) if line]
        if len(pairs) > MOST_LINES:
            raise forms.ValidationError(f"Name at most {MOST_LINES:,} objects.")
        known = Account.objects.in_bulk({name for _, name, _ in pairs}, field_name="name")
        problems = [
            f"Line {at}: write an account, a semicolon, and the name of its object."
            if not (account and name)
            else f"Line {at}: there is no account “{account}”. Write its name as it is here."
            for at, account, name in pairs
            if not name or account not in known
        ]
        if problems:
            raise forms.ValidationError(problems)
        return [(known[account], name) for _, account, name in pairs]

    def work(self) -> Work:
        """Return what was filled in."""
        given = self.cleaned_data
        return Work(
            title=given["title"],
            description=given["description"],
            impact=given["impact"],
            starts_at=given["starts_at"],
            ends_at=given["ends_at"],
            services=list(given["services"]),
            objects=given["objects"],
        )


class WordsForm(forms.Form):
    """An act. ``seen`` is the edition that the page showed."""

    seen = forms.IntegerField(
        min_value=1,
        max_value=2**31 - 1,
        error_messages=dict.fromkeys(["required", "invalid", "min_value", "max_value"], LOST),
    )
    why = _text("Why", rows=2)
    short_because = _text("Why the notice may be short", rows=2)

    def words(self) -> Words:
        """Return what was said."""
        return Words(self.cleaned_data["why"], self.cleaned_data["short_because"])


class AmendForm(WorkForm, WordsForm):
    """The same of what is planned already, with why it changes."""

    act_key = None  # type: ignore[assignment]  # the edition says what was sent


def initial_of(row: Maintenance) -> Mapping[str, Any]:
    """Return what the form shows of maintenance as it is."""
    named = row.named_objects.select_related("account")
    return {
        "seen": row.edition,
        "title": row.title,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "impact": row.impact,
        "services": [service.pk for service in row.services.all()],
        "objects": "\n".join(f"{each.account.name}; {each.name}" for each in named),
        "description": row.description,
    }


def refusals(form: forms.Form) -> Sequence[str]:
    """Return all that is wrong with a form without fields of its own on the page."""
    return [str(problem) for problems in form.errors.values() for problem in problems]


def _halves(line: str) -> tuple[str, str]:
    account, _, name = line.partition(";")
    return account.strip(), name.strip()
