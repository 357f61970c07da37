"""What staff fill in of a release: itself, and the things that it fixes."""

from typing import Any

from django import forms

from apps.changes.admin.change_forms import BLANK_ROWS, INPUT, day, line, text
from apps.changes.admin.pages import LOST
from apps.changes.models import Release
from apps.changes.services.releases import MOST_FIXES, Fixed, ReleaseWords
from apps.contracts.models import Service

NAMES = ("product", "version", "released_on", "link", "news")


def link() -> forms.URLField:
    """Return the field of where the notes are."""
    return forms.URLField(
        label="Link to its notes",
        required=False,
        max_length=500,
        assume_scheme="https",
        widget=forms.URLInput(attrs=INPUT),
        error_messages={"invalid": "Write the whole address, such as https://example.com/notes."},
    )


class CorrectForm(forms.Form):
    """How an announced release reads from now on, and what of it is different."""

    why = text("What is different, as the clients read it", "Say what is different.", rows=3)
    released_on = day("Clients have it from", "Say from which day clients have it.")
    link = link()
    news = text("What is new", "Say in a few words what is new.", rows=5)

    @classmethod
    def of(cls, release: Release) -> "CorrectForm":
        """Return the form as the release reads now."""
        now = release.reads
        initial = {name: getattr(now, name) for name in ("released_on", "link", "news")}
        return cls(auto_id="correct_%s", initial=initial)


class ReleaseForm(forms.Form):
    """A release; what it fixes is a list of its own. ``seen`` is the edition that was shown."""

    product = line("What it is a version of", "Say what it is.", most=120, hint="Softphone")
    version = line("Version", "Say which version it is.", most=60, hint="4.2")
    released_on = day("Clients have it from", "Say from which day clients have it.")
    link = link()
    news = text("What is new", "Say in a few words what is new.", rows=5)
    services = forms.ModelMultipleChoiceField(
        label="For orders that cover", queryset=Service.objects.none(), required=False
    )
    seen = forms.IntegerField(
        min_value=1,
        max_value=2**31 - 1,
        required=False,
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(["invalid", "min_value", "max_value"], LOST),
    )


class FixForm(forms.Form):
    """One thing that is fixed, and who reported it."""

    text = line("What is fixed", "Say what is fixed.", most=250, hint="What is fixed")
    reported = forms.CharField(
        label="Ticket, or reference of a vendor's case",
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={**INPUT, "placeholder": "Ticket or case, if any"}),
    )


FixRows = forms.formset_factory(
    FixForm, extra=BLANK_ROWS, can_delete=True, max_num=MOST_FIXES, absolute_max=MOST_FIXES + 50
)


class ReleaseEditor:
    """All forms of a draft together."""

    def __init__(self, data: Any = None, *, release: Release | None = None) -> None:
        initial: dict[str, Any] = {}
        chosen: list[int] = []
        fixes: list[dict[str, str]] = []
        if release is not None:
            chosen = list(release.services.values_list("pk", flat=True))
            initial = {name: getattr(release, name) for name in NAMES} | {"services": chosen}
            fixes = [_written(fix) for fix in release.fixes.select_related("ticket", "case")]
        self.form = ReleaseForm(data, auto_id="release_%s", initial=initial)
        offered = Service.objects.filter(is_active=True) | Service.objects.filter(pk__in=chosen)
        self.form.fields["services"].queryset = offered.distinct()  # type: ignore[attr-defined]
        self.fixes = FixRows(data, prefix="fixes", initial=fixes)

    @property
    def chosen(self) -> set[str]:
        """The keys of the services that are ticked."""
        return {str(pk) for pk in self.form["services"].value() or []}

    def is_valid(self) -> bool:
        """Whether each form is; all are looked at, so that all that is wrong is said at once."""
        return all([self.form.is_valid(), self.fixes.is_valid()])

    def written(self) -> ReleaseWords:
        """Return what was written."""
        given = self.form.cleaned_data
        filled = (row.cleaned_data for row in self.fixes.forms if row.has_changed() or row.initial)
        kept = [row for row in filled if row and not row.get("DELETE")]
        return ReleaseWords(
            **{name: given[name] for name in NAMES},
            services=list(given["services"]),
            fixes=[Fixed(row["text"], row["reported"]) for row in kept],
        )


def _written(fix: Any) -> dict[str, str]:
    reported = fix.case.reference if fix.case else fix.ticket.number if fix.ticket else ""
    return {"text": fix.text, "reported": reported}
