"""The demo's accounts, orders and authorised users."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from apps.contracts.models import (
    Account,
    AgreedTarget,
    AuthorisedUser,
    EscalationRung,
    Order,
    Plan,
    PolicyVersion,
    Service,
)
from apps.contracts.services.order_fees import keep_fee

Row = TypeVar("Row", Account, AgreedTarget, AuthorisedUser, EscalationRung, Order, Service)
SERVICES = [("voice", "Voice calls"), ("messaging", "Messaging"), ("sip-trunks", "SIP trunks")]
MATRIX = [
    ("Head of support", "head-of-support@provider.example.com", "+1 212 555 0110"),
    ("Director of operations", "operations@provider.example.com", "+1 212 555 0111"),
]
# A consultant, who speaks for two clients.
GWEN = ("Gwen Ashdown", "gwen@ashdown.example.com")
# What one order agreed on top of its plan: a time to resolve the worst severity.
AGREED_IN, AGREED_HOURS = "PS-2041", 4


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
    services: tuple[str, ...] = ("voice", "messaging")
    fee: str = ""  # a month


CLIENTS = [
    Client(
        "Harbourline Logistics",
        "PS-2041",
        "platinum",
        (
            ("Nadia Fox", "nadia.fox@harbourline.example.com"),
            ("Tom Adeyemi", "tom.adeyemi@harbourline.example.com"),
        ),
        fee="9500.00",
    ),
    Client(
        "Kestrel Pay",
        "PS-2057",
        "gold",
        (("Ines Marchetti", "ines@kestrelpay.example.com"), GWEN),
        fee="4200.00",
    ),
    Client(
        "Bluebird Clinics",
        "PS-2063",
        "silver",
        (("Joon Park", "joon.park@bluebird.example.com"),),
        fee="1200.00",
    ),
    Client(
        "Larkspur Travel",
        "PS-1987",
        "silver",
        (("Milo Brandt", "milo@larkspur.example.com"),),
        began_days_ago=400,
        ended_days_ago=35,
        fee="1200.00",
    ),
    Client(
        "Copperfield Telecom",
        "WS-0310",
        "wholesale",
        (
            ("Rosa Lindqvist", "rosa@copperfield.example.com"),
            ("Sam Okafor", "sam@copperfield.example.com"),
        ),
        services=("sip-trunks",),
    ),
    Client(
        "Northgate Voice",
        "WS-0322",
        "wholesale",
        (("Pia Novak", "pia.novak@northgate.example.com"), GWEN),
        services=("sip-trunks",),
    ),
    Client(
        "Saltmarsh Networks",
        "WS-0340",
        "wholesale",
        (("Leo Haas", "leo@saltmarsh.example.com"),),
        began_days_ago=10,
        state=Order.State.DRAFT,
        services=("sip-trunks",),
    ),
]


def make_clients(versions: list[PolicyVersion], *, on: date, at: datetime) -> None:
    """Write the accounts, each with its order under the version that has its plan."""
    services = {key: _kept(Service(key=key, title=title), at) for key, title in SERVICES}
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
                fee_amount=Decimal(client.fee) if client.fee else None,
                fee_period=Order.Period.MONTH if client.fee else "",
            ),
            at,
        )
        if client.state == Order.State.EXECUTED:
            keep_fee(order, from_on=order.starts_on, at=at)
        order.services.set(services[key] for key in client.services)
        _keep_matrix(order, at)
        for name, email in client.people:
            _kept(AuthorisedUser(order=order, name=name, email=email), at)


def _keep_matrix(order: Order, at: datetime) -> None:
    """Write who is in charge, rung by rung, and what the order agreed on top of its plan."""
    for position, (title, email, phone) in enumerate(MATRIX, start=1):
        rung = EscalationRung(order=order, position=position, title=title)
        rung.email, rung.phone = email, phone
        _kept(rung, at)
    if order.number == AGREED_IN:
        version = order.version
        worst = version.severities.order_by("rank")[0]
        AgreedTarget.objects.create(
            order=order,
            severity=worst,
            kind="RESOLUTION",
            duration=timedelta(hours=AGREED_HOURS),
            calendar=version.calendars.get(key=version.standard_calendar),
        )


def _kept(row: Row, at: datetime) -> Row:
    # How django-simple-history is told of a row's past.
    vars(row).update(_history_date=at, _change_reason="Demo data")
    row.save()
    return row
