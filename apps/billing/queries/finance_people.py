"""Who of ours hears of money."""

from apps.contracts.models import User
from apps.outbox.rules.address import is_plain_address
from apps.tickets.queries import duty_managers

FINANCE = "Finance"


def finance_people() -> list[str]:
    """Return the addresses of finance, sorted; where nobody is in it, those of duty managers."""
    people = User.objects.filter(is_active=True, groups__name=FINANCE).exclude(email="")
    found = sorted(filter(is_plain_address, {*people.values_list("email", flat=True)}))
    return found or duty_managers()
