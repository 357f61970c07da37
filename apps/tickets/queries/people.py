"""Who of ours hears of what."""

from django.contrib.auth.models import Group

from apps.contracts.models import User

DUTY_MANAGERS = "Duty managers"


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
