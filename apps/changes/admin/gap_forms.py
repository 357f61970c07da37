"""What staff fill in of a GAP analysis: findings, the plan, and the time that it took."""

from typing import Any
from uuid import uuid4

from django import forms

from apps.changes.admin.change_forms import INPUT, day, text
from apps.changes.admin.pages import SeenForm
from apps.changes.models import ChangedItem, GapAnalysis
from apps.changes.services.gap import Found
from apps.tickets.admin.times_forms import WorkFields

WORDS = {"": None, "yes": True, "no": False}
AFFECTED = [("yes", "Affected"), ("no", "Not affected"), ("", "Not looked at yet")]


class FindingForm(forms.Form):
    """What was found of one thing that breaks."""

    is_affected = forms.ChoiceField(choices=AFFECTED, required=False)
    to_do = text("What to do", rows=2, required=False)

    def __init__(self, data: Any, *, item: ChangedItem, finding: Any) -> None:
        said = {value: name for name, value in WORDS.items()}
        initial = {
            "is_affected": said[finding.is_affected] if finding else "",
            "to_do": finding.to_do if finding else "",
        }
        super().__init__(data, prefix=f"item-{item.pk}", initial=initial)
        self.item = item


class GapForm(SeenForm):
    """The plan, beside the findings."""

    plan = text("The plan: what is done, by whom, until when", rows=5, required=False)


class GapEditor:
    """All forms of an analysis together."""

    def __init__(self, data: Any = None, *, analysis: GapAnalysis) -> None:
        found = {row.item_id: row for row in analysis.findings.all()}
        self.form = GapForm(
            data, auto_id="gap_%s", initial={"plan": analysis.plan, "seen": analysis.edition}
        )
        self.findings = [
            FindingForm(data, item=item, finding=found.get(item.pk))
            for item in analysis.change.items.all()
        ]

    def is_valid(self) -> bool:
        """Whether each form is; all are looked at, so that all that is wrong is said at once."""
        return all([self.form.is_valid(), *(each.is_valid() for each in self.findings)])

    def found(self) -> dict[int, Found]:
        """Return what was found, by the keys of the change's items."""
        return {
            each.item.pk: Found(WORDS[each.cleaned_data["is_affected"]], each.cleaned_data["to_do"])
            for each in self.findings
        }


class SendForm(SeenForm):
    """Why it is sent again; on the first version nothing is asked."""

    what_changed = forms.CharField(
        label="What changed since the version that the client has",
        max_length=250,
        required=False,
        widget=forms.TextInput(attrs=INPUT),
    )


class DropForm(SeenForm):
    """Why the client needs none."""

    why = text("Why the client needs none", rows=2, required=False)


class MoveForm(SeenForm):
    """On which other day it is due, and why."""

    due_on = day("Due by", "Say on which day it is due.")
    why = forms.CharField(
        label="Why", max_length=100, required=False, widget=forms.TextInput(attrs=INPUT)
    )


class GapTimeForm(WorkFields):
    """Time on an analysis: always a TAM's."""

    act_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, **more: Any) -> None:
        first = {"act_key": uuid4()}
        super().__init__(data, auto_id="time_%s", initial=first, **more)
        self.fields["kind"].required = False
