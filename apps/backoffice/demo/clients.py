"""The demo's accounts, orders and authorised users."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from apps.contracts.models import Account, AuthorisedUser, Order, Plan, PolicyVersion

Row = TypeVar("Row", Account, Order, AuthorisedUser)


@dataclass(frozen=True, slots=True)
class Client:
    """An account with one order. Days are counted back from the demo's day; None: no end."""

    account: str
    order: str
    plan: str
    people: tuple[tuple[str, str], ...]  # name, address
    began_days_ago: int = 200
    ended_days_ago: int | None = None
    state: str = Order.State.EXECUTED


CLIENTS = [
    Client(
        "Harbourline Logistics",
        "PS-2041",
        "platinum",
        (
            ("Nadia Fox", "nadia.fox@harbourline.example.com"),
            ("Tom Adeyemi", "tom.adeyemi@harbourline.example.com"),
        ),
    ),
    Client(
        "Kestrel Pay",
        "PS-2057",
        "gold",
        (("Ines Marchetti", "ines@kestrelpay.example.com"),),
    ),
    Client(
        "Bluebird Clinics",
        "PS-2063",
        "silver",
        (("Joon Park", "joon.park@bluebird.example.com"),),
    ),
    Client(
        "Larkspur Travel",
        "PS-1987",
        "silver",
        (("Milo Brandt", "milo@larkspur.example.com"),),
        began_days_ago=400,
        ended_days_ago=35,
    ),
    Client(
        "Copperfield Telecom",
        "WS-0310",
        "wholesale",
        (
            ("Rosa Lindqvist", "rosa@copperfield.example.com"),
            ("Sam Okafor", "sam@copperfield.example.com"),
        ),
    ),
    Client(
        "Northgate Voice",
        "WS-0322",
        "wholesale",
        (("Pia Novak", "pia.novak@northgate.example.com"),),
    ),
    Client(
        "Saltmarsh Networks",
        "WS-0340",
        "wholesale",
        (("Leo Haas", "leo@saltmarsh.example.com"),),
        began_days_ago=10,
        state=Order.State.DRAFT,
    ),
]


def make_clients(versions: list[PolicyVersion], *, on: date, at: datetime) -> None:
    """Write the accounts, each with its order under the version that has its plan."""
    plans = {plan.key: plan for plan in Plan.objects.filter(version__in=versions)}
    for client in CLIENTS:
        account = _kept(Account(name=client.account), at)
        ended = client.ended_days_ago
        plan = plans[client.plan]
        order = _kept(
            Order(
                account=account,
                number=client.order,
                version=plan.version,
                plan=plan,
                state=client.state,
                starts_on=on - timedelta(days=client.began_days_ago),
                ends_on=None if ended is None else on - timedelta(days=ended),
            ),
            at,
        )
        for name, email in client.people:
            _kept(AuthorisedUser(order=order, name=name, email=email), at)


def _kept(row: Row, at: datetime) -> Row:
    # How django-simple-history is told of a row's past.
    vars(row).update(_history_date=at, _change_reason="Demo data")
    row.save()
    return row
