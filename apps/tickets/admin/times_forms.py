"""What staff fill in when they log time. Times of day are the reader's; the services judge."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid5

from django import forms
from django.contrib.admin import AdminSite
from django.utils import timezone

from apps.contracts.admin.searched import search_for
from apps.contracts.models import Order, User
from apps.tickets.admin.forms import ActForm
from apps.tickets.admin.local_time import NoSuchTime, shown
from apps.tickets.admin.when_due_form import LOCAL, NaiveDateTime
from apps.tickets.models import Ticket, TimeEntry
from apps.tickets.models.times import LONGEST
from apps.tickets.wording import moment

INPUT = {"class": "tk-input"}


class WorkFields(forms.Form):
    """What was worked, and when. ``cleaned_data["work"]`` is what the services take."""

    kind = forms.ChoiceField(
        choices=TimeEntry.Kind.choices,
        widget=forms.Select(attrs=INPUT),
        error_messages={"invalid_choice": "There is no such kind of time."},
    )
    minutes = forms.IntegerField(
        min_value=1,
        max_value=LONGEST,
        widget=forms.NumberInput(attrs={**INPUT, "inputmode": "numeric"}),
        error_messages={
            "required": "Say how many minutes it took.",
            "invalid": "Write whole minutes, such as 45.",
            "min_value": "Log at least a minute.",
            "max_value": "An entry has at most 24 hours: log each day apart.",
        },
    )
    began = NaiveDateTime(
        required=False, widget=forms.DateTimeInput(attrs={**INPUT, "type": "datetime-local"})
    )
    turn = forms.ChoiceField(choices=[("", ""), ("1", "first"), ("2", "second")], required=False)
    what = forms.CharField(
        max_length=250,
        widget=forms.TextInput(attrs=INPUT),
        error_messages={"required": "Say in a few words what was done."},
    )
    contact = forms.ChoiceField(
        choices=TimeEntry.Contact.choices,
        required=False,
        widget=forms.Select(attrs=INPUT),
        error_messages={"invalid_choice": "There is no such kind of contact."},
    )

    @property
    def zone(self) -> str:
        """The reader's zone, in which times of day are written."""
        return timezone.get_current_timezone_name()

    @property
    def turns(self) -> list[tuple[str, str]]:
        """The two instants that a time names which the clocks show twice; else nothing."""
        try:
            local = self.fields["began"].to_python(self["began"].value())
            instants = shown(local, self.zone).instants if local else ()
        except (forms.ValidationError, NoSuchTime):
            return []
        named = zip(("1", "2"), ("first", "second"), instants, strict=False)
        both = [(key, f"the {word}, {moment(at, self.zone)}") for key, word, at in named]
        return both if len(both) > 1 else []

    def clean(self) -> None:
        """Put the instant at which it began beside the rest; empty: so long before now."""
        given = self.cleaned_data
        if not {"began", "minutes"} <= given.keys():
            return
        try:
            started_at = self._started_at(given)
        except NoSuchTime as error:
            self.add_error("began", str(error))
            return
        work = {name: given.get(name) for name in ("kind", "minutes", "what", "contact")}
        given["work"] = {**work, "started_at": started_at}

    def _started_at(self, given: Mapping[str, Any]) -> datetime:
        if given["began"] is None:
            return timezone.now() - timedelta(minutes=given["minutes"])
        instants = shown(given["began"], self.zone).instants
        turn = given.get("turn")
        if len(instants) > 1 and not turn:
            raise NoSuchTime("This time occurs twice: the clocks go back. Say which one is meant.")
        return instants[int(turn) - 1 if turn and len(instants) > 1 else 0]


def began_as_typed(entry: TimeEntry) -> dict[str, str]:
    """Return how the beginning of an entry is written in the reader's zone, and which turn."""
    local = timezone.localtime(entry.started_at).replace(tzinfo=None)
    instants = shown(local.replace(fold=0), timezone.get_current_timezone_name()).instants
    turn = str(instants.index(entry.started_at) + 1) if len(instants) > 1 else ""
    return {"began": local.strftime(LOCAL), "turn": turn}


class TimeForm(WorkFields, ActForm):
    """Time on a ticket, logged on its own page."""

    name = "time"
    permission = "tickets.add_timeentry"

    def __init__(self, data: Any = None, *, ticket: Ticket) -> None:
        super().__init__(data, ticket=ticket)
        self.initial["kind"] = "TAM" if ticket.desk == Ticket.Desk.TAM else "SUPPORT"

    @property
    def once(self) -> str:
        """Names this act: the same work sent twice is one entry, other work is another."""
        return once(self.cleaned_data)


class HandOverForm(ActForm):
    """A TAM's ticket goes to the support centre, with what it should know."""

    name = "centre"
    text = forms.CharField(
        required=False, strip=False, widget=forms.Textarea(attrs={"rows": 2, "class": "tk-input"})
    )


class NewTimeForm(WorkFields):
    """Time on any order, with a ticket of it or without, of oneself or, for some, of others."""

    act_key = TimeForm.base_fields["act_key"]
    order = forms.ModelChoiceField(
        queryset=Order.objects.all(),
        error_messages={
            "required": "Choose the order that the time was worked for.",
            "invalid_choice": "There is no such order.",
        },
    )
    ticket = forms.CharField(
        required=False, max_length=40, widget=forms.TextInput(attrs=INPUT), label="Ticket"
    )
    who = forms.ModelChoiceField(
        queryset=User.objects.filter(is_staff=True, is_active=True),
        widget=forms.Select(attrs=INPUT),
        empty_label=None,
        error_messages={"invalid_choice": "That person does not work here."},
    )

    def __init__(
        self, data: Any = None, *, site: AdminSite, me: User, for_others: bool, initial: Any = None
    ) -> None:
        super().__init__(data, initial={"who": me.pk, **(initial or {})}, auto_id="time_%s")
        search_for(self, "order", of=TimeEntry._meta.get_field("order"), site=site)
        if not for_others:
            del self.fields["who"]

    @property
    def fresh_key(self) -> str:
        return str(self["act_key"].value())

    @property
    def once(self) -> str:
        return once(self.cleaned_data)

    def clean_ticket(self) -> Ticket | None:
        return ticket_of(self.cleaned_data["ticket"])


class CorrectionForm(WorkFields):
    """A logged entry as it should have been, and why."""

    read_revision = forms.IntegerField(
        min_value=1,
        max_value=2**31 - 1,
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(
            ["required", "invalid", "min_value", "max_value"],
            "Something of the page got lost on its way: open it anew.",
        ),
    )
    ticket = forms.CharField(required=False, max_length=40, widget=forms.TextInput(attrs=INPUT))
    reason = forms.CharField(
        max_length=100,
        widget=forms.TextInput(attrs=INPUT),
        error_messages={"required": "Say why: the history keeps it."},
    )

    def __init__(self, data: Any = None, *, entry: TimeEntry) -> None:
        initial = {
            "kind": entry.kind,
            "minutes": entry.minutes,
            "what": entry.what,
            "contact": entry.contact,
            "ticket": entry.ticket.number if entry.ticket else "",
            "read_revision": entry.revision,
            **began_as_typed(entry),
        }
        super().__init__(data, initial=initial, auto_id="time_%s")
        # To empty it would not mean “now”, as it does when time is logged.
        self.fields["began"].required = True
        self.fields["began"].error_messages["required"] = "Say when it began."

    def clean_ticket(self) -> Ticket | None:
        return ticket_of(self.cleaned_data["ticket"])


class RemovalForm(forms.Form):
    """Why an entry is taken back."""

    reason = forms.CharField(
        max_length=100,
        widget=forms.TextInput(attrs=INPUT),
        error_messages={"required": "Say why: the history keeps it."},
    )


def once(given: Mapping[str, Any]) -> str:
    """Name an act by the form's key and all that was typed into it."""
    typed = sorted(
        (name, str(value)) for name, value in given.items() if name not in ("act_key", "work")
    )
    return str(uuid5(given["act_key"], repr(typed)))


def ticket_of(number: str) -> Ticket | None:
    """Return the ticket of a number that somebody typed; nothing typed: none."""
    if not number.strip():
        return None
    found = Ticket.objects.numbered(number).first()  # type: ignore[attr-defined]
    if found is None:
        raise forms.ValidationError("There is no ticket with that number.")
    return found
