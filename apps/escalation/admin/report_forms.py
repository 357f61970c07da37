"""What staff fill in of a Reason for Outage. Whether it is complete, the services decide."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils import timezone

from apps.contracts.models import Service, User
from apps.escalation.models import OutageReport, ReportAction
from apps.escalation.rules.timeline import Moment
from apps.escalation.services import Planned, Written

LOST = "Something of the page got lost on its way: send it once more."
MOST_ROWS = 200
BLANK_ROWS = 2  # at the end of each list; more come as they are filled in
TIME = {
    "invalid": "Write the time as 2026-11-27T14:30; it must be one that your clock shows just once."
}
LONGEST_TEXT = 20_000
DATE = {"type": "date", "class": "tk-input", "aria-label": "Until when"}


class ClockField(forms.DateTimeField):
    """A time on the reader's clock. Where that shows it twice or not at all, it is said so."""

    def to_python(self, value: Any) -> datetime | None:
        try:
            return super().to_python(value)
        except forms.ValidationError as problem:
            if problem.code != "ambiguous_timezone" or not problem.params:
                raise
            said = _changed(problem.params["datetime"])
            raise forms.ValidationError(said, code=problem.code) from None


def _changed(given: datetime) -> str:
    """Return what a time on a day on which the clocks change is refused with."""
    zone = timezone.get_current_timezone()
    first, second = (given.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    comes = "comes twice" if first and second and first > second else "does not come"
    return (
        f"The clocks change on {given:%-d %B} ({zone}): {given:%H:%M} {comes}."
        " Choose a time before or after that hour."
    )


def time_field(
    label: str, *, required: bool = False, missing: str = "Say when it was."
) -> forms.DateTimeField:
    """Return a field of a time in the reader's zone."""
    widget = forms.DateTimeInput(
        format="%Y-%m-%dT%H:%M",
        attrs={"type": "datetime-local", "class": "tk-input", "aria-label": label},
    )
    return ClockField(
        label=label,
        required=required,
        widget=widget,
        error_messages={**TIME, "required": missing},
    )


class SeenForm(forms.Form):
    """An act on a report. ``seen`` is the edition that the page showed."""

    seen = forms.IntegerField(
        min_value=1,
        max_value=2**31 - 1,
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(["required", "invalid", "min_value", "max_value"], LOST),
    )


class ReturnForm(SeenForm):
    """What the review asks to be changed."""

    why = forms.CharField(
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "tk-input"}),
        label="What to change",
    )


class ReportForm(SeenForm):
    """The text of a revision; its timeline and its actions are lists of their own."""

    kind = forms.ChoiceField(
        choices=OutageReport.Kind.choices,
        label="Which report",
        error_messages=dict.fromkeys(
            ["required", "invalid_choice"], "Say whether the report is final or preliminary."
        ),
    )
    started_at = time_field("Started")
    detected_at = time_field("Detected")
    restored_at = time_field("Service restored")
    services = forms.ModelMultipleChoiceField(
        queryset=Service.objects.none(), required=False, label="Services affected"
    )
    summary = forms.CharField(
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4, "class": "tk-input"}),
    )
    root_cause = forms.CharField(
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4, "class": "tk-input"}),
    )

    def __init__(self, data: Any = None, *, report: OutageReport) -> None:
        names = ("kind", "started_at", "detected_at", "restored_at", "summary", "root_cause")
        initial = {name: getattr(report, name) for name in names}
        chosen = list(report.services.values_list("pk", flat=True))
        super().__init__(
            data,
            auto_id="report_%s",
            initial={**initial, "services": chosen, "seen": report.edition},
        )
        offered = Service.objects.filter(is_active=True) | Service.objects.filter(pk__in=chosen)
        self.fields["services"].queryset = offered.distinct()  # type: ignore[attr-defined]


def _line(label: str, *, longest: int, missing: str) -> forms.CharField:
    """Return a field of a row; what it is for stands in it, for there is no room beside."""
    attrs = {"class": "tk-input", "placeholder": label, "aria-label": label}
    return forms.CharField(
        max_length=longest,
        label=label,
        widget=forms.TextInput(attrs=attrs),
        error_messages={"required": missing},
    )


class MomentForm(forms.Form):
    """A line of the timeline."""

    at = time_field("When", required=True)
    text = _line("What happened", longest=500, missing="Say what happened.")


class ActionForm(forms.Form):
    """A corrective or preventive action."""

    kind = forms.ChoiceField(
        choices=ReportAction.Kind.choices,
        widget=forms.Select(attrs={"class": "tk-input", "aria-label": "Kind of action"}),
    )
    text = _line("What is done", longest=500, missing="Say what is done.")
    owner = _line("Who sees to it", longest=120, missing="Say who sees to it.")
    due_on = forms.DateField(
        label="Until when",
        widget=forms.DateInput(format="%Y-%m-%d", attrs=DATE),
        error_messages={
            "required": "Say until when.",
            "invalid": "Write the date as 2026-11-27.",
        },
    )

    def has_changed(self) -> bool:
        """Whether somebody filled it in: what kind it would be is chosen in an empty row too."""
        return bool({"text", "owner", "due_on"} & set(self.changed_data))


def _rows_of(form: type[forms.Form]) -> Any:
    return forms.formset_factory(
        form, extra=BLANK_ROWS, can_delete=True, max_num=MOST_ROWS, absolute_max=MOST_ROWS + 50
    )


class Editor:
    """All forms of a draft together."""

    def __init__(self, data: Any = None, *, report: OutageReport) -> None:
        self.report = report
        self.form = ReportForm(data, report=report)
        self.moments = _rows_of(MomentForm)(
            data,
            prefix="moments",
            initial=[{"at": row.at, "text": row.text} for row in report.timeline.all()],
        )
        self.actions = _rows_of(ActionForm)(
            data,
            prefix="actions",
            initial=[
                {"kind": row.kind, "text": row.text, "owner": row.owner, "due_on": row.due_on}
                for row in report.actions.all()
            ],
        )

    def is_valid(self) -> bool:
        """Whether each form is; all are looked at, so that all that is wrong is said at once."""
        return all([self.form.is_valid(), self.moments.is_valid(), self.actions.is_valid()])

    @property
    def is_bound(self) -> bool:
        return self.form.is_bound

    def written(self) -> Written:
        """Return what was written."""
        given = self.form.cleaned_data
        return Written(
            kind=given["kind"],
            **{name: _in_utc(given[name]) for name in ("started_at", "detected_at", "restored_at")},
            summary=given["summary"].replace("\r\n", "\n"),
            root_cause=given["root_cause"].replace("\r\n", "\n"),
            services=list(given["services"]),
            timeline=[Moment(_in_utc(row["at"]), row["text"]) for row in _kept(self.moments)],
            actions=[
                Planned(row["kind"], row["text"], row["owner"], row["due_on"])
                for row in _kept(self.actions)
            ],
        )


def _in_utc(at: Any) -> Any:
    return at.astimezone(UTC) if at else None


def _kept(rows: Any) -> list[dict[str, Any]]:
    filled = (form.cleaned_data for form in rows.forms if form.has_changed() or form.initial)
    return [row for row in filled if row and not row.get("DELETE")]


class AmendForm(forms.Form):
    """The incident's title, and whose its report is."""

    title = forms.CharField(
        max_length=250, required=False, widget=forms.TextInput(attrs={"class": "tk-input"})
    )
    author = forms.ModelChoiceField(
        queryset=User.objects.filter(is_staff=True, is_active=True),
        widget=forms.Select(attrs={"class": "tk-input"}),
        error_messages={
            "required": "Choose who writes the report.",
            "invalid_choice": "That person does not work here: choose somebody else.",
        },
    )


class TicketForm(forms.Form):
    """A ticket by its number."""

    number = forms.CharField(
        max_length=40,
        label="Number of the ticket",
        widget=forms.TextInput(attrs={"class": "tk-input"}),
        error_messages={"required": "Write the ticket's number."},
    )
