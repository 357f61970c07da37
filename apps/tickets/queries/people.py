"""Who of ours hears of what."""

from django.contrib.auth.models import Group

from apps.contracts.models import User
from apps.outbox.rules.address import is_plain_address

DUTY_MANAGERS = "Duty managers"


def duty_managers() -> list[str]:
    """Return the addresses that hear of every missed deadline, sorted.

    Where nobody is a duty manager the administrators hear of it: a miss that nobody is told of
    is the worst of all. An address that no mail can be sent to is left out: it must not stop
    what the others are told.
    """
    people = User.objects.filter(is_active=True).exclude(email="")
    group = Group.objects.filter(name=DUTY_MANAGERS)
    found = people.filter(groups__in=group).values_list("email", flat=True)
    admins = people.filter(is_superuser=True).values_list("email", flat=True)
    for addresses in (found, admins):
        if known := sorted(filter(is_plain_address, {*addresses})):
            return known
    return []
