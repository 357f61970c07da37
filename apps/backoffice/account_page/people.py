"""Who may ask for an account, and whom of the client's side one escalates to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from django.db.models import Case, IntegerField, Q, Value, When

from apps.contracts.models import Account, AuthorisedUser, EscalationRung, Order

SHOWN = 30  # who may ask, others, and rungs

Rung = EscalationRung


@dataclass(frozen=True, slots=True)
class Person:
    """An authorised user, with what they may do in a word each."""

    user: AuthorisedUser
    rights: Sequence[str]


@dataclass(frozen=True, slots=True)
class People:
    """Those who may speak for the account now, by order and name; then those who no longer may."""

    asking: Sequence[Person]
    others: Sequence[Person]
    orders: int  # that those who may ask belong to
    has_more: bool

    @classmethod
    def of(cls, account: Account) -> Self:
        """Read the users of an account's orders, those first who may ask, in one query.

        Clause: V-3.5.
        """
        may_ask = Q(is_active=True, order__state=Order.State.EXECUTED)
        place = Case(When(may_ask, then=Value(0)), default=Value(1), output_field=IntegerField())
        rows = list(
            AuthorisedUser.objects.filter(order__account=account)
            .select_related("order")
            .annotate(place=place)
            .order_by("place", "order__number", "name", "pk")[: 2 * SHOWN + 1]
        )
        asking = [row for row in rows if row.place == 0]
        others = [row for row in rows if row.place == 1]
        return cls(
            asking=[Person(row, rights_of(row)) for row in asking[:SHOWN]],
            others=[Person(row, rights_of(row)) for row in others[:SHOWN]],
            orders=len({row.order_id for row in asking}),
            has_more=max(len(asking), len(others)) > SHOWN,
        )


def rights_of(user: AuthorisedUser) -> Sequence[str]:
    """Return what an authorised user may do, in a word each.

    Clause: V-3.5.
    """
    rights = {
        "opens": user.may_open,
        "escalates": user.may_escalate,
        "closes": user.may_confirm_closure,
        "invoices": user.may_see_invoices,
        "users": user.may_manage_users,
    }
    return [right for right, held in rights.items() if held]


def rungs_of(account: Account) -> Sequence[Rung]:
    """Return the escalation matrix of each executed order, first rung first.

    Clause: S-7, V-9.2.
    """
    rows = EscalationRung.objects.filter(
        order__account=account, order__state=Order.State.EXECUTED
    ).select_related("order")
    return list(rows.order_by("order__number", "position")[:SHOWN])
