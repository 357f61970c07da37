"""What a policy says of TAMs, as it holds for one order."""

from dataclasses import dataclass

from apps.contracts.models import Calendar, Order
from apps.contracts.queries.terms import terms
from apps.contracts.rules.tams import Reached, reached
from apps.contracts.rules.terms import RuleTerm

RULE = "account_manager"


@dataclass(frozen=True, slots=True)
class Reach:
    """When an order's TAM is reached; without a calendar: around the clock."""

    how: Reached
    calendar: Calendar | None


def tam_rule(order: Order) -> RuleTerm | None:
    """Return the rule on TAMs in the order's policy; None: the policy knows of none.

    Clause: V-6.3, V-6.6.
    """
    return terms(version_id=order.version_id, plan_id=order.plan_id).rules.get(RULE)


def notice_days(order: Order) -> int | None:
    """Return how many calendar days before a hand-over its notice goes out; None: no rule.

    Clause: V-6.6.
    """
    rule = tam_rule(order)
    return None if rule is None else rule.settings["notice_days"]


def reach_of_tam(order: Order) -> Reach:
    """Return when the order's TAM is reached: in its own hours, else as its plan says.

    Clause: V-2-order, V-4.
    """
    rule = tam_rule(order)
    plans = rule.settings["reachable"] if rule else {}
    how = reached(
        setting=plans.get(order.plan.key, ""), has_own_hours=order.tam_calendar is not None
    )
    if how == Reached.ALWAYS:
        return Reach(how, None)
    standard = order.version.standard_calendar
    return Reach(how, order.tam_calendar or order.version.calendars.get(key=standard))
