"""What somebody fills in of an endpoint that events are sent to."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.contracts.models import WebhookEndpoint
from apps.contracts.rules.webhooks import OF_MONEY
from apps.contracts.services.webhooks import Particulars

GROUPS: Sequence[tuple[Promise, Mapping[str, Promise]]] = [
    (
        _("Tickets"),
        {
            "ticket.registered": _("A ticket was registered"),
            "ticket.replied": _("We answered, or asked something"),
            "ticket.client_replied": _("One of yours answered"),
            "ticket.status_changed": _("A ticket has another status"),
            "ticket.severity_changed": _("A ticket has another severity"),
            "ticket.escalated": _("A ticket was escalated"),
            "ticket.closed": _("A ticket was closed"),
        },
    ),
    (
        _("Deadlines of ours"),
        {
            "deadline.approaching": _("A deadline comes near"),
            "deadline.missed": _("We missed a deadline"),
            "deadline.met": _("We kept a deadline"),
        },
    ),
    (
        _("The account"),
        {
            "standing.approaching": _("A suspension comes near"),
            "standing.changed": _("The account's standing changed"),
            "invoice.issued": _("An invoice was issued"),
            "credit_note.issued": _("A credit note was issued"),
            "notice.issued": _("A notice was issued, such as a Reason for Outage"),
        },
    ),
]
WORDS = {key: words for _title, events in GROUPS for key, words in events.items()}
LACKING = _("Only for somebody who may see invoices.")


@dataclass(frozen=True, slots=True)
class Tick:
    """An event that can be ticked, or not."""

    key: str
    words: Promise
    is_shut: bool
    is_chosen: bool


class WebhookForm(forms.Form):
    """What it is, where, and which events it wants. ``sees_money``: also those of invoices."""

    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        help_text=_("What it is, such as “Dashboard, live”."),
        error_messages={"required": _("Give it a name that says what it is.")},
    )
    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        widget=forms.URLInput,
        help_text=_("Begins with https://, and can be reached from the internet."),
        error_messages={"required": _("Say where events are sent to.")},
    )
    events = forms.MultipleChoiceField(
        label=_("Events"),
        choices=list(WORDS.items()),
        error_messages={"required": _("Choose at least one event.")},
    )

    def __init__(
        self, data: Any = None, *, endpoint: WebhookEndpoint | None = None, sees_money: bool
    ) -> None:
        super().__init__(data)
        self.sees_money = sees_money
        self.held: Collection[str] = endpoint.events if endpoint else ()
        if endpoint is not None:
            self.initial = {name: getattr(endpoint, name) for name in ("name", "url", "events")}
        else:
            self.initial["events"] = [key for key in WORDS if self._is_open(key)]

    def _is_open(self, key: str) -> bool:
        return self.sees_money or key not in OF_MONEY or key in self.held

    def groups(self) -> Iterator[tuple[Promise, list[Tick]]]:
        """Yield what can be ticked, in groups with their titles."""
        chosen = self["events"].value() or []
        for title, events in GROUPS:
            yield (
                title,
                [
                    Tick(key, words, not self._is_open(key), key in chosen)
                    for key, words in events.items()
                ],
            )

    def to(self) -> Particulars:
        """Return what it is to be, as the service is told."""
        said = self.cleaned_data
        return Particulars(said["name"], said["url"], said["events"])


class ReplayForm(forms.Form):
    """From which day on events that failed are sent again, in the reader's zone."""

    since = forms.DateField(
        label=_("Failed since"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("Choose the first day."),
            "invalid": _("Write the day as 2026-03-04."),
        },
    )

    def at(self) -> datetime:
        """Return when that day begins."""
        day = self.cleaned_data["since"]
        return timezone.make_aware(datetime.combine(day, time.min))
