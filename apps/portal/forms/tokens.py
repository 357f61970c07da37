"""What somebody fills in of a token of the API."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.contracts.models import ApiToken, AuthorisedUser
from apps.contracts.services import SCOPES
from apps.portal.queries.tokens import WORDS

USUAL = timedelta(days=365)
LONGEST = timedelta(days=3652)
LACKING = _("You cannot give it: you do not have that right yourself.")
NEEDS = {
    "may_open": _("Only for somebody who may open tickets."),
    "may_see_invoices": _("Only for somebody who may see invoices."),
}


@dataclass(frozen=True, slots=True)
class Tick:
    """A scope that can be ticked, or not, and why not."""

    key: str
    words: Any
    help: Any
    is_shut: bool
    is_chosen: bool


class Day(forms.DateInput):
    """A day, as browsers let one choose it."""

    input_type = "date"

    def format_value(self, value: Any) -> str:
        return value.isoformat() if hasattr(value, "isoformat") else (value or "")


class TokenForm(forms.Form):
    """What uses it, as whom it acts, what it is good for, and until when.

    ``held`` are the rights that the reader has: what needs another one cannot be chosen.
    """

    name = forms.CharField(
        label=_("Name"),
        max_length=ApiToken._meta.get_field("name").max_length,
        help_text=_("What uses it, such as “Dashboard, live”."),
        error_messages={"required": _("Give it a name that says what uses it.")},
    )
    person = forms.TypedChoiceField(
        label=_("Acts as"),
        coerce=int,
        help_text=_("It may no more than this person may, and sees what they see."),
        error_messages={
            "required": _("Say as whom it acts."),
            "invalid_choice": _("Choose one of these."),
        },
    )
    scopes = forms.MultipleChoiceField(
        label=_("Good for"),
        choices=list(WORDS.items()),
        error_messages={"required": _("Say what it is good for: choose at least one.")},
    )
    ends_on = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=Day,
        help_text=_("By your time zone. Empty: it holds until somebody ends it."),
    )

    def __init__(
        self, data: Any = None, *, people: Sequence[AuthorisedUser], held: Collection[str]
    ) -> None:
        super().__init__(data)
        orders = {person.order_id for person in people}
        self.fields["person"].choices = [  # type: ignore[attr-defined]
            (person.pk, _in_words(person, with_order=len(orders) > 1)) for person in people
        ]
        self.initial["ends_on"] = timezone.localdate() + USUAL
        self._held = held

    @property
    def ticks(self) -> Iterator[Tick]:
        """Yield the scopes as they are shown."""
        chosen = self["scopes"].value() or []
        for key, (_words, right) in SCOPES.items():
            is_shut = bool(right) and right not in self._held
            why = LACKING if is_shut else NEEDS.get(right, "")
            yield Tick(key, WORDS[key], why, is_shut, key in chosen and not is_shut)

    def clean_ends_on(self) -> Any:
        """Refuse a day that nobody can mean."""
        on = self.cleaned_data["ends_on"]
        if on and on > timezone.localdate() + LONGEST:
            raise forms.ValidationError(
                _("That is more than ten years ahead. Choose a day before.")
            )
        return on

    @property
    def expires_at(self) -> datetime | None:
        """Return the end of the last day, in the reader's zone."""
        on = self.cleaned_data["ends_on"]
        zone = timezone.get_current_timezone()
        return datetime.combine(on + timedelta(days=1), time(), tzinfo=zone) if on else None


def _in_words(person: AuthorisedUser, *, with_order: bool) -> str:
    said = f"{person.name}, {person.email}"
    return f"{said} ({person.order})" if with_order else said
