"""Reads that others need too."""

from django.contrib.auth.models import Group

from apps.contracts.models import User
from apps.tickets.models import Ticket
from apps.tickets.rules.history import Happening, Kind

DUTY_MANAGERS = "Duty managers"


def history_of(ticket: Ticket) -> list[Happening]:
    """Return what happened to the ticket, in the order in which it was recorded."""
    rows = ticket.events.order_by("pk").values_list("kind", "at", "facts")
    return [Happening(Kind(kind), at, facts) for kind, at, facts in rows]


def duty_managers() -> list[str]:
    """Return the addresses that hear of every missed deadline, sorted.

    Where nobody is a duty manager the administrators hear of it: a miss that nobody is told of
    is the worst of all.
    """
    people = User.objects.filter(is_active=True).exclude(email="")
    group = Group.objects.filter(name=DUTY_MANAGERS)
    found = people.filter(groups__in=group).values_list("email", flat=True)
    admins = people.filter(is_superuser=True).values_list("email", flat=True)
    return sorted({*found} or {*admins})
