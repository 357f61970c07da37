"""Rows for tests, made by the services where there are some: plain keyword-only functions.

All happens under Harbour's policy, made up for the tests; ``make_preset`` loads a real one.
"""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group

from apps.contracts.models import (
    Account,
    AgreedTarget,
    AuthorisedUser,
    Order,
    PolicyVersion,
    Reason,
    Service,
    Severity,
    User,
)
from apps.contracts.services import load_policy, publish
from apps.tickets import services
from apps.tickets.models import Ticket
from apps.tickets.queries import DUTY_MANAGERS

LOADED_AT = datetime(2026, 1, 2, 12, tzinfo=UTC)
# A Wednesday, an hour after opening in New York.
MORNING = datetime(2026, 3, 4, 14, tzinfo=UTC)
HARBOUR = Path(__file__).parent / "policies" / "harbour.toml"
PRESETS = Path(__file__).parent.parent / "policies"

_serial = count(1)


def make_policy(*, changes: dict[str, str] | None = None, text: str = "") -> PolicyVersion:
    """Publish Harbour's policy, or another file's, with pieces of its text replaced.

    The same text again is the same version.
    """
    text = text or HARBOUR.read_text("utf-8")
    for old, new in (changes or {}).items():
        if old not in text:
            raise ValueError(f"The policy has no “{old}” to change.")
        text = text.replace(old, new)
    # Most tests make several orders of one policy, and reading its file takes as long as an order.
    version = (
        PolicyVersion.objects.filter(source=text).first()
        or load_policy(text=text, name="policy.toml", at=LOADED_AT).version
    )
    if version.state == PolicyVersion.State.DRAFT:
        publish(version=version, by=None, at=LOADED_AT)
    return version


def make_preset(*, slug: str) -> PolicyVersion:
    """Publish one of the two presets."""
    return make_policy(text=(PRESETS / f"{slug}.toml").read_text("utf-8"))


def publish_often_used() -> None:
    """Publish Harbour's policy and the two presets, for all tests of this process to find."""
    make_policy()
    for slug in sorted(file.stem for file in PRESETS.glob("*.toml")):
        make_preset(slug=slug)


def make_staff(
    *,
    name: str = "",
    email: str | None = None,
    is_duty_manager: bool = False,
    is_superuser: bool = False,
    is_active: bool = True,
) -> User:
    """Create somebody who works here."""
    name = name or f"staff{next(_serial)}"
    user = User.objects.create(
        username=name,
        email=f"{name}@provider.example.com" if email is None else email,
        is_staff=True,
        is_superuser=is_superuser,
        is_active=is_active,
    )
    if is_duty_manager:
        user.groups.add(Group.objects.get_or_create(name=DUTY_MANAGERS)[0])
    return user


def make_order(
    *,
    version: PolicyVersion | None = None,
    account: Account | None = None,
    plan: str = "",
    state: str = Order.State.EXECUTED,
    starts_on: date = date(2026, 1, 1),
    ends_on: date | None = None,
) -> Order:
    """Create an order of an account, of the policy's first plan unless another is named."""
    version = version or make_policy()
    serial = next(_serial)
    return Order.objects.create(
        account=account or Account.objects.create(name=f"Reseller {serial}"),
        number=f"ORD-{serial}",
        version=version,
        plan=version.plans.get(key=plan) if plan else version.plans.order_by("pk")[0],
        state=state,
        starts_on=starts_on,
        ends_on=ends_on,
    )


def make_client(
    *, order: Order | None = None, email: str = "", is_active: bool = True
) -> AuthorisedUser:
    """Create an authorised user of an order."""
    return AuthorisedUser.objects.create(
        order=order or make_order(),
        name="Ada Client",
        email=email or f"ada{next(_serial)}@client.example.com",
        is_active=is_active,
    )


def make_ticket(
    *,
    requester: AuthorisedUser | None = None,
    severity: str = "3",
    at: datetime = MORNING,
    assignee: User | None = None,
    **facts: Any,
) -> Ticket:
    """Register a ticket; by mail, unless the facts say something else."""
    requester = requester or make_client()
    given = {
        "channel": Ticket.Channel.EMAIL,
        "subject": "No dial tone",
        "text": "Nothing works.",
        "source_key": f"test:{next(_serial)}",
        "source_mail_id": "question@client.example.com",
    }
    ticket = services.register(
        requester=requester,
        severity=severity_of(requester.order.version, severity),
        at=at,
        **{**given, **facts},
    )
    if assignee is not None:
        services.assign(ticket=ticket, to=assignee, by=assignee, at=at)
    ticket.refresh_from_db()
    return ticket


def severity_of(version: PolicyVersion, key: str) -> Severity:
    """Return a severity of a version by its key."""
    return Severity.objects.get(version=version, key=key)


def reason_of(version: PolicyVersion, key: str) -> Reason:
    """Return a reason of a version by its key, of whatever kind."""
    return Reason.objects.get(version=version, key=key)


def make_service(*, title: str = "SIP trunks") -> Service:
    """Create a service that orders can list."""
    return Service.objects.create(key=f"service-{next(_serial)}", title=title)


def make_agreed(
    *, order: Order, severity: str, hours: float, kind: str = "RESOLUTION", calendar: str = ""
) -> AgreedTarget:
    """Set a target in the order itself; by the policy's standard calendar, unless one is named."""
    return AgreedTarget.objects.create(
        order=order,
        severity=severity_of(order.version, severity),
        kind=kind,
        duration=timedelta(hours=hours),
        calendar=order.version.calendars.get(key=calendar or order.version.standard_calendar),
    )
