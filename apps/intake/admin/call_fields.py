"""What the form of a new request asks of a call: what becomes of it, and what staff note of it."""

from datetime import UTC, datetime
from typing import Any

from django import forms

from apps.contracts.models import AuthorisedUser
from apps.intake import services
from apps.intake.models import Call
from apps.intake.models.calls import LONGEST
from apps.tickets.models import Ticket

TICKET, SETTLED, ADDED = "TICKET", "SETTLED", "ADDED"
BECOMES = (
    (TICKET, "A ticket"),
    (SETTLED, "Settled at once: no ticket"),
    (ADDED, "Part of a ticket that is there"),
)
ELSEWHERE = {
    f"TO_{place}": (place, f"Sent to {Call.Elsewhere(place).label.lower()}: no ticket")
    for place in (Call.Elsewhere.TICKET, Call.Elsewhere.EMAIL)
}
MOST_TICKETS = 50  # that are offered; any other is named by its number


class CallFields(forms.Form):
    """The fields, each left empty where nobody called. The services judge what fits."""

    becomes = forms.ChoiceField(
        choices=BECOMES,
        required=False,
        initial=TICKET,
        label="What becomes of the call",
        error_messages={"invalid_choice": "The policy lets no call end like this."},
    )
    on_ticket = forms.CharField(max_length=40, required=False, label="Ticket")
    is_answer = forms.BooleanField(required=False)
    number = forms.CharField(max_length=40, required=False, label="Number")
    minutes = forms.IntegerField(
        min_value=1,
        max_value=LONGEST,
        required=False,
        label="Minutes",
        error_messages={
            "invalid": "Write whole minutes, such as 5.",
            "min_value": "Write at least a minute.",
            "max_value": f"A call takes at most {LONGEST} minutes.",
        },
    )
    began_at = forms.DateTimeField(
        required=False,
        label="Began",
        error_messages={"invalid": "Write the time as 2026-11-27T14:30."},
    )
    logs_time = forms.BooleanField(required=False)

    person: AuthorisedUser

    def offer(self) -> None:
        """Offer what the policy lets a call end in."""
        places = services.redirections(self.person)
        more = [(name, words) for name, (place, words) in ELSEWHERE.items() if place in places]
        self.fields["becomes"].choices = [*BECOMES, *more]  # type: ignore[attr-defined]

    @property
    def open_tickets(self) -> list[Ticket]:
        """The open tickets of the order, where somebody acted last first."""
        order = self.person.order
        rows = Ticket.objects.unclosed().filter(account=order.account_id, order=order)
        return list(rows.order_by("-latest_at", "-pk")[:MOST_TICKETS])

    def clean_becomes(self) -> str:
        return self.cleaned_data["becomes"] or TICKET

    def clean_began_at(self) -> datetime | None:
        began_at = self.cleaned_data["began_at"]
        try:
            return began_at.astimezone(UTC) if began_at else None
        except OverflowError:
            raise forms.ValidationError("That is out of reach: leave it empty.") from None

    def clean_on_ticket(self) -> Ticket | None:
        words = self.cleaned_data["on_ticket"]
        found = Ticket.objects.numbered(words).first() if words else None
        if words and found is None:
            raise forms.ValidationError("There is no such ticket: write its number.")
        return found

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        becomes, is_call = given.get("becomes"), given.get("channel") == Ticket.Channel.PHONE
        if becomes != TICKET and not is_call and "channel" in given:
            self.add_error("becomes", "Only what came by phone ends like this.")
        if becomes == ADDED and is_call and given.get("on_ticket", "") is None:
            self.add_error("on_ticket", "Say which ticket it belongs to.")
        return given

    def said(self) -> services.Said:
        """Return what was said, for the services."""
        given = self.cleaned_data
        names = ("subject", "text", "number", "minutes", "began_at", "logs_time")
        about = {name: given[name] for name in (*names, "category", "service")}
        return services.Said(**about)
