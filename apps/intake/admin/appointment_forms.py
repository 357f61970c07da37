"""What staff fill in to book an appointment, to decide on one, or to move it."""

from datetime import UTC, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from django import forms

from apps.contracts.models import Appointment, AuthorisedUser, Service, User
from apps.tickets.models import Ticket

LOST = "Something of the page got lost on its way: send it once more."
LONGEST_REASON = 250  # characters, as the appointment keeps it
LONGEST_MINUTES = 24 * 60


class TimeForm(forms.Form):
    """A time in the reader's zone, and how long it takes. One that no clock shows is refused."""

    starts_at = forms.DateTimeField(
        label="Begins",
        error_messages={
            "required": "Say when it begins.",
            "invalid": "Write the time as 2026-11-27T14:30.",
        },
    )
    minutes = forms.IntegerField(
        label="Takes, in minutes",
        initial=60,
        min_value=1,
        max_value=LONGEST_MINUTES,
        error_messages={"required": "Say how long it takes, in minutes."},
    )

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or self.cleaned_data
        if "starts_at" in facts and "minutes" in facts:
            try:
                # In UTC, or an hour in which the clocks change would be another length.
                facts["starts_at"] = facts["starts_at"].astimezone(UTC)
                facts["ends_at"] = facts["starts_at"] + timedelta(minutes=facts["minutes"])
            except OverflowError:
                self.add_error("starts_at", "That is out of reach: choose a time that lies ahead.")
        return facts


class BookingForm(TimeForm):
    """An appointment in a client's name. It can be sent twice and is booked once."""

    CHANNELS = (Ticket.Channel.PHONE, Ticket.Channel.CHAT, Ticket.Channel.TAM, Ticket.Channel.EMAIL)
    field_order = ("kind", "starts_at", "minutes", "channel", "service", "subject")
    act_key = forms.UUIDField(error_messages={"required": LOST, "invalid": LOST})
    kind = forms.ChoiceField(
        choices=Appointment.Kind.choices,
        initial=Appointment.Kind.INSTALL,
        label="What for",
        error_messages={"required": "Say what it is for."},
    )
    channel = forms.ChoiceField(
        choices=[(channel.value, channel.label) for channel in CHANNELS],
        initial=Ticket.Channel.PHONE,
        label="Asked by",
    )
    service = forms.ModelChoiceField(
        queryset=Service.objects.filter(is_active=True),
        required=False,
        error_messages={"invalid_choice": "That service is not on offer any more."},
    )
    subject = forms.CharField(
        max_length=250, error_messages={"required": "Say in a few words what it is about."}
    )
    details = forms.CharField(max_length=20_000, required=False, widget=forms.Textarea)
    is_priority = forms.BooleanField(required=False)

    def __init__(self, data: Any = None, *, person: AuthorisedUser, **initial: Any) -> None:
        super().__init__(data, auto_id="booking_%s", initial=initial)
        self.person = person

    @property
    def fresh_key(self) -> str:
        """The key to send next time: the one that came, if it is one."""
        try:
            return str(UUID(str(self.data.get("act_key", ""))))
        except ValueError:
            return str(uuid4())

    @property
    def once(self) -> str:
        """Names this booking: the same one sent twice is booked once, other words are another.

        Who goes back in the browser and writes something new sends the old key.
        """
        told = [f"{name}={self.data.get(name, '')}" for name in sorted(self.base_fields)]
        return str(uuid5(self.cleaned_data["act_key"], "\n".join([str(self.person.pk), *told])))


class DecisionForm(forms.Form):
    """What is done with an appointment. ``seen`` is the change that the page was made after."""

    seen = forms.IntegerField(
        min_value=1,
        max_value=2**31 - 1,
        error_messages=dict.fromkeys(["required", "invalid", "min_value", "max_value"], LOST),
    )

    def __init__(self, data: Any = None, *, people: list[User], name: str, **initial: Any) -> None:
        super().__init__(data, auto_id=f"{name}_%s", initial=initial)
        if "staff" in self.fields:
            rows = User.objects.filter(pk__in=[person.pk for person in people])
            self.fields["staff"].queryset = rows  # type: ignore[attr-defined]

    def facts(self) -> dict[str, Any]:
        """Return what the service is told."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in ("seen", "minutes")
        }


class ConfirmForm(DecisionForm):
    staff = forms.ModelChoiceField(
        queryset=User.objects.none(),
        label="Who will be there",
        error_messages={
            "required": "Choose who will be there.",
            "invalid_choice": "That person is not active staff: choose somebody else.",
        },
    )
    note = forms.CharField(max_length=LONGEST_REASON, required=False, label="A word to the client")


class ReasonForm(DecisionForm):
    reason = forms.CharField(
        max_length=LONGEST_REASON,
        label="Why",
        error_messages={"required": "Say why: the client is told."},
    )


class MoveForm(TimeForm, ReasonForm):
    field_order = ("starts_at", "minutes", "staff", "for_client", "is_priority", "reason")
    staff = forms.ModelChoiceField(
        queryset=User.objects.none(),
        label="Who will be there",
        required=False,
        error_messages={"invalid_choice": "That person is not active staff: choose somebody else."},
    )
    for_client = forms.TypedChoiceField(
        choices=[("us", "We do"), ("client", "The client does")],
        coerce=lambda who: who == "client",
        label="Who wants it moved",
        error_messages={"required": "Say who wants it moved: the notice depends on it."},
    )
    is_priority = forms.BooleanField(required=False)


FORMS: dict[str, type[DecisionForm]] = {
    "confirm": ConfirmForm,
    "decline": ReasonForm,
    "move": MoveForm,
    "cancel": ReasonForm,
}
