"""Who follows a ticket: shown on its page, and changed there."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms

from apps.contracts.models import AuthorisedUser, User
from apps.tickets import services
from apps.tickets.admin.forms import ActForm
from apps.tickets.models import Ticket, Watcher


class WatchForm(ActForm):
    """One of three: whether I watch, whom to copy in, whose copies end."""

    name = "watch"
    me = forms.ChoiceField(choices=[("on", "Watch"), ("off", "Stop watching")], required=False)
    copy = forms.ModelChoiceField(
        queryset=AuthorisedUser.objects.none(),
        required=False,
        error_messages={"invalid_choice": "That person is no authorised user of this order."},
    )
    uncopy = forms.ModelChoiceField(
        queryset=AuthorisedUser.objects.none(),
        required=False,
        error_messages={"invalid_choice": "That person is no authorised user of this order."},
    )

    def __init__(self, data: Any = None, *, ticket: Ticket) -> None:
        super().__init__(data, ticket=ticket)
        people = AuthorisedUser.objects.filter(order=ticket.order_id)
        for name in ("copy", "uncopy"):
            self.fields[name].queryset = people  # type: ignore[attr-defined]

    def clean(self) -> None:
        if not self.errors and not any(
            self.cleaned_data.get(name) for name in ("me", "copy", "uncopy")
        ):
            self.add_error("copy", "Choose whom to copy in.")


def follow(form: Any, ticket: Ticket, by: User, at: datetime) -> str:
    """Do what the form says, and return what was done."""
    given = form.cleaned_data
    call: dict[str, Any] = {"ticket": ticket, "by": by, "at": at}
    if given["uncopy"]:
        services.unwatch(client=given["uncopy"], **call)
        return f"{given['uncopy'].name} gets no copies any more."
    if given["me"] == "on":
        services.watch(user=by, **call)
        return f"You watch {ticket.number}: you get a mail when something happens to it."
    if given["me"] == "off":
        services.unwatch(user=by, **call)
        return f"You do not watch {ticket.number} any more."
    services.watch(client=given["copy"], **call)
    return f"{given['copy'].name} gets a copy of what we write from now on."


def followers(ticket: Ticket, user: Any, clients: Sequence[AuthorisedUser]) -> dict[str, Any]:
    """Return who follows the ticket, and who else of the client's people may be copied in."""
    rows = list(Watcher.objects.filter(ticket=ticket).select_related("user", "client"))
    in_copy = {row.client_id for row in rows} | {ticket.requester_id}
    return {
        "watchers": rows,
        "is_watching": any(row.user_id == user.pk for row in rows),
        "to_copy": [row for row in clients if row.pk not in in_copy],
    }
