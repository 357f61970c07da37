"""What staff fill in to link tickets and to merge one into another."""

from typing import Any

from django import forms

from apps.tickets.admin.forms import ActForm
from apps.tickets.models import Ticket


class OtherTicketForm(ActForm):
    """A form that names another ticket by its number, however that is written."""

    # The services hold both tickets, in the order that keeps two people from waiting in a circle.
    holds_ticket = False
    other = forms.CharField(
        max_length=40,
        widget=forms.TextInput(attrs={"class": "tk-input"}),
        error_messages={"required": "Write the number of the other ticket."},
    )

    def clean_other(self) -> Ticket:
        """Return the ticket of that number."""
        typed = self.cleaned_data["other"]
        rows: Any = Ticket.objects
        found = rows.numbered(typed).select_related("severity", "order").first()
        if found is None:
            raise forms.ValidationError(f"There is no ticket with the number “{typed}”.")
        return found


class LinkForm(OtherTicketForm):
    """Which ticket this one has to do with."""

    name = "link"


class UnlinkForm(OtherTicketForm):
    """Which ticket this one has nothing to do with after all."""

    name = "unlink"


class MergeForm(OtherTicketForm):
    """Which ticket this one goes on as."""

    name = "merge"
