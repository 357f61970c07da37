"""What a request under an order can name: categories, services, and what more its policy asks."""

from apps.contracts.models import Order, Reason, Service
from apps.contracts.queries.catalogue import catalogue
from apps.contracts.queries.terms import terms


def categories_of(version_id: int) -> list[Reason]:
    """Return the categories of a policy, in no query once they are known."""
    rows = catalogue(version_id).reasons
    return [row for row in rows if row.kind == Reason.Kind.CATEGORY]


def services_to_name(order: Order) -> list[Service]:
    """Return what can be named: what the order lists, or, where it covers all, what is on offer.

    Clause: V-2-order.
    """
    return list(order.services.all()) or list(Service.objects.filter(is_active=True))


def asks_disconnection(order: Order) -> bool:
    """Tell whether to an order's policy it matters that another provider cut a customer off.

    Clause: S-2.1.
    """
    rules = terms(version_id=order.version_id, plan_id=order.plan_id).rules
    return "installs" in rules and not rules["installs"].settings["disconnection_is_outage"]
