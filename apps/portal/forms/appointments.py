"""What somebody fills in to book a time, to ask for another one, or to withdraw it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.contracts.models import Appointment, AuthorisedUser, Service
from apps.contracts.rules.appointments import LONGEST, Kind, Wish
from apps.contracts.services.appointments import LONGEST_SUBJECT
from apps.portal.forms.acts import OnceForm, text_field

LONGEST_DETAILS = 20_000  # characters
LONGEST_REASON = 250  # as the appointment keeps it
MINUTE = timedelta(minutes=1)
CLOCK = "%Y-%m-%dT%H:%M"


class TimeForm(OnceForm):
    """A time in the reader's zone, and how long it takes. One that no clock shows is refused."""

    starts_at = forms.DateTimeField(
        label=_("Begins"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=CLOCK),
        error_messages={
            "required": _("Say when it begins."),
            "invalid": _("Write the time as 2026-11-27T14:30."),
        },
    )
    minutes = forms.IntegerField(
        label=_("Takes, in minutes"),
        initial=60,
        min_value=1,
        max_value=LONGEST // MINUTE,
        error_messages={"required": _("Say how long it takes, in minutes.")},
    )
    is_priority = forms.BooleanField(required=False, label=_("As priority handling, if need be"))

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if "starts_at" in said and "minutes" in said:
            try:
                # In UTC, or an hour in which the clocks change would be another length.
                said["starts_at"] = said["starts_at"].astimezone(UTC)
                said["ends_at"] = said["starts_at"] + said["minutes"] * MINUTE
            except OverflowError:
                self.add_error("starts_at", _("That is out of reach: choose a time that is near."))
        return said

    def wish_for(self, kind: str, *, at: datetime) -> Wish:
        """Return the time that is asked for, as of ``at``; only an install can be hurried."""
        said = self.cleaned_data
        return Wish(
            Kind(kind),
            said["starts_at"],
            said["ends_at"],
            asked_at=at,
            is_priority=said.get("is_priority", False) and kind == Kind.INSTALL,
        )


class BookForm(TimeForm):
    """A time for a new install, or for help outside of the hours."""

    order = forms.ChoiceField(
        label=_("Order"),
        error_messages={
            "required": _("Choose the order."),
            "invalid_choice": _("That is no order under which you may book. Choose again."),
        },
    )
    kind = forms.ChoiceField(
        label=_("What for"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Say what it is for."),
            "invalid_choice": _("This order's policy does not book that. Choose again."),
        },
    )
    service = forms.ChoiceField(
        label=_("Service"),
        required=False,
        error_messages={"invalid_choice": _("That service is not on offer. Choose again.")},
    )
    subject = forms.CharField(
        max_length=LONGEST_SUBJECT,
        label=_("Subject"),
        error_messages={"required": _("Say in a few words what it is about.")},
    )
    details = text_field(
        _("Details"),
        rows=5,
        most=LONGEST_DETAILS,
        required=False,
        help_text=_("Where, for how many, who will be there on your side."),
    )
    field_order = ("order", "kind", "service", "starts_at", "minutes", "is_priority", "subject")

    def __init__(
        self,
        data: Any = None,
        *,
        people: Mapping[int, AuthorisedUser],
        person: AuthorisedUser,
        kinds: Sequence[str],
        services: Sequence[Service],
        **more: Any,
    ) -> None:
        super().__init__(data, **more)
        self.people, self.person = people, person
        self.services = {str(row.pk): row for row in services}
        names = dict(Appointment.Kind.choices)
        offered: dict[str, Any] = {
            "order": [(pk, f"{each.order}, {each.order.plan}") for pk, each in people.items()],
            "kind": [(kind, names[kind]) for kind in kinds],
            "service": [("", _("None in particular")), *self.services.items()],
        }
        for name, choices in offered.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        self.initial.setdefault("kind", kinds[0])
        self.initial.setdefault("order", person.order_id)

    @property
    def service_named(self) -> Service | None:
        return self.services.get(self.cleaned_data["service"])

    def source_key(self) -> str:
        """Name the wish: the same sent twice is one appointment, other words are another."""
        said = self.cleaned_data
        words = [said[name] for name in sorted(said) if name != "act_key"]
        return f"portal:{self.once(self.person.pk, *words)}"


class ReasonForm(OnceForm):
    """Why it is withdrawn."""

    reason = forms.CharField(
        max_length=LONGEST_REASON,
        label=_("Why"),
        error_messages={"required": _("Say in a few words why: it is kept.")},
    )


class PostponeForm(TimeForm, ReasonForm):
    """Another time for an appointment, and why."""

    field_order = ("starts_at", "minutes", "is_priority", "reason")
