"""Who sits in the portal: a person, the account that they look at, and what they may do there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from apps.contracts.models import Account, AuthorisedUser, Order, Standing, User
from apps.tickets.models import Ticket
from apps.tickets.queries.readable import readable_by

RIGHTS = {
    "open": "may_open",
    "escalate": "may_escalate",
    "confirm": "may_confirm_closure",
    "money": "may_see_invoices",
    "users": "may_manage_users",
}


@dataclass(frozen=True)
class Seat:
    """A person at one account: the authorised users that they are there, one an order.

    ``people`` maps an order's key to the authorised user, the newest order first; ``others`` are
    the other accounts at which they have a seat.
    """

    user: User
    account: Account
    people: Mapping[int, AuthorisedUser]
    others: Sequence[Account]

    def may(self, right: str) -> bool:
        """Tell whether they have one of RIGHTS under any of their orders.

        Clause: V-3.5.
        """
        return any(getattr(person, RIGHTS[right]) for person in self.people.values())

    def may_under(self, right: str, order_id: int) -> bool:
        """Tell whether they have one of RIGHTS under that order.

        Clause: V-3.5.
        """
        person = self.people.get(order_id)
        return person is not None and bool(getattr(person, RIGHTS[right]))

    def openers(self) -> dict[int, AuthorisedUser]:
        """Return order -> as whom they may open tickets: under those that hold, or else any.

        Clause: V-3.5.
        """
        every = {pk: each for pk, each in self.people.items() if each.may_open}
        held = {pk: each for pk, each in every.items() if each.order.state == Order.State.EXECUTED}
        return held or every

    @property
    def orders(self) -> list[Order]:
        return [person.order for person in self.people.values()]

    @property
    def needs_second_factor(self) -> bool:
        """Tell whether an order of theirs says that a password is not enough."""
        return any(order.needs_second_factor for order in self.orders)

    @property
    def standing(self) -> Standing | None:
        """What is suspended; None: nothing (S-12)."""
        standing = getattr(self.account, "standing", None)
        return standing if standing and standing.state != Standing.State.GOOD else None

    @property
    def is_dashboard_suspended(self) -> bool:
        standing = self.standing
        return standing is not None and standing.state == Standing.State.DASHBOARD_SUSPENDED

    def tickets(self) -> QuerySet[Ticket]:
        """Return the tickets that they may read: of their orders, all or their own.

        Clause: V-3.5.
        """
        return readable_by(self.people.values()).filter(account=self.account)


def seats_of(user: User) -> list[Seat]:
    """Return the seats of a person, one an account, in the order of the accounts' names.

    One query, whatever they have. Nobody who has left an order sits there any more (V-3.5); an
    order that is a draft is not there yet.
    """
    related = ("order__account__standing", "order__version", "order__plan")
    rows = (
        AuthorisedUser.objects.of(user)
        .select_related(*related)
        .defer("order__version__source")
        .order_by("order__account__name", "-order__starts_on", "-order_id")
    )
    accounts: dict[Account, dict[int, AuthorisedUser]] = {}
    for person in rows:
        # Asked of the database, “any state but this” is a poor guess of how few orders are left.
        if person.order.state == Order.State.DRAFT:
            continue
        accounts.setdefault(person.order.account, {})[person.order_id] = person
    return [
        Seat(user, account, people, [each for each in accounts if each != account])
        for account, people in accounts.items()
    ]


def seat_at(seats: Sequence[Seat], account_id: Any) -> Seat | None:
    """Return the seat at an account; None: they have none there."""
    return next((seat for seat in seats if seat.account.pk == account_id), None)
