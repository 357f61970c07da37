"""By whom and how an order is served: its TAM, who may ask in which ways, who hears of it next.

Clause: V-6.3, V-6.6, V-9.2, S-7, V-3.5, S-1, S-2.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.contracts import queries as contracts
from apps.contracts.models import AuthorisedUser, Order, TamAssignment
from apps.contracts.queries.tam_terms import notice_days, reach_of_tam, tam_rule
from apps.contracts.rules.tams import waits
from apps.contracts.rules.terms import Terms
from apps.portal.queries.account.hours import Hours
from apps.portal.queries.account.promised import refs_of
from apps.portal.queries.whys import Titles
from apps.tickets.queries import tam_month
from apps.tickets.rules.tam_months import TamMonth

NAMED = 12  # people
Clauses = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Tam:
    """The TAM of an order, and the hours of the month. ``reached`` None: around the clock.

    ``coming`` is the next change of which the notice has gone out.
    """

    held: TamAssignment | None
    coming: TamAssignment | None
    month: TamMonth
    reached: Hours | None
    notice_days: int | None
    clauses: Clauses

    @property
    def tone(self) -> str:
        """The tone of the badge of the month's hours."""
        if self.month.is_used_up:
            return "bad"
        return "warn" if self.month.is_near else "good"


@dataclass(frozen=True, slots=True)
class Ways:
    """How requests come in. ``phone`` and ``voice``: what the policy says of calls; empty: nothing.

    ``people`` are those who may open tickets, ``has_more`` of them.
    """

    address: str
    phone: Clauses
    voice: Clauses
    people: Sequence[str]
    has_more: bool
    clauses: Clauses


def tam_in(order: Order, *, hours: Mapping[int, Hours], at: datetime, titles: Titles) -> Tam | None:
    """Return the TAM of an order and what is left of the hours; None: it buys no TAM's time.

    Clause: V-4, V-6.3, V-6.4, V-6.6, R-11, R-18.
    """
    rule = tam_rule(order)
    if rule is None or not contracts.has_tam(order):
        return None
    found = contracts.tams([order], at=at)[order.pk]
    calendar = reach_of_tam(order).calendar
    reached = hours[calendar.pk] if calendar else None
    return Tam(
        held=found.held,
        coming=found.coming if found.coming and not waits(found.coming) else None,
        month=tam_month(order, at=at),
        reached=reached if reached and not reached.is_always_open else None,
        notice_days=notice_days(order),
        clauses=refs_of(rule, titles),
    )


def ways_in(order: Order, terms: Terms, *, titles: Titles) -> Ways:
    """Return how tickets are opened under an order, and who may.

    Clause: V-3.5, S-1, S-2.
    """
    may = AuthorisedUser.objects.filter(order=order, is_active=True, may_open=True)
    names = list(may.order_by("name", "pk").values_list("name", flat=True)[: NAMED + 1])
    return Ways(
        address=order.version.support_address,
        phone=_cited(terms, {"phone_redirect"}, titles),
        voice=_cited(terms, {"on_call"}, titles),
        people=names[:NAMED],
        has_more=len(names) > NAMED,
        clauses=_cited(terms, {"entitlement"}, titles),
    )


def _cited(terms: Terms, names: Collection[str], titles: Titles) -> Clauses:
    rules = [terms.rules[name] for name in names if name in terms.rules]
    return [clause for rule in rules for clause in refs_of(rule, titles)]
