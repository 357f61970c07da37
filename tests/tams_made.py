"""TAMs for tests: an order that has one, and what is done with it, on days of March 2026.

Cairn's policy keeps nine days of notice and counts in Helsinki; the presets have figures of their
own. MORNING is 4 March, in Helsinki and in UTC.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from apps.contracts import services
from apps.contracts.models import Order, PolicyVersion, TamAssignment, User
from apps.contracts.queries import tam_of
from apps.outbox.models import Message
from apps.outbox.services import deliver_pending
from tests.factories import HARBOUR, MORNING, make_client, make_order, make_policy, make_staff

CAIRN = HARBOUR.with_name("cairn.toml")
TODAY = date(2026, 3, 4)
NOTICE = "tam.replaced"


def make_cairn() -> PolicyVersion:
    return make_policy(text=CAIRN.read_text("utf-8"))


def make_tam_order(
    *, time_zone: str = "", version: PolicyVersion | None = None, **facts: Any
) -> Order:
    """Create an order whose plan has a TAM's time, in a zone of its own if one is named."""
    given = {"plan": "summit", **facts} if version is None else facts
    order = make_order(version=version or make_cairn(), **given)
    order.time_zone = time_zone
    order.save()
    return order


def make_held(
    *, tam: User | None = None, since: datetime = MORNING, users: int = 1, **facts: Any
) -> Order:
    """Create an order with a TAM since an instant's day, and users who can be told."""
    order = make_tam_order(**facts)
    for _ in range(users):
        make_client(order=order)
    assign(order, tam or make_staff(), at=since)
    return order


def assign(order: Order, tam: User, *, at: datetime = MORNING, **facts: Any) -> TamAssignment:
    given = {"starts_on": at.astimezone(order.zone).date(), "email": "tam@provider.example.com"}
    return services.assign_tam(
        order=order, tam=tam, by=facts.pop("by", None) or make_staff(), at=at, **{**given, **facts}
    )


def hand_over(
    order: Order, tam: User | None, starts_on: date, *, at: datetime = MORNING, **facts: Any
) -> TamAssignment:
    given = {
        "email": "" if tam is None else "next@provider.example.com",
        "phone": "",
        "chat": "",
        "reason": "Leaves the company",
    }
    return services.hand_over(
        order=order,
        tam=tam,
        starts_on=starts_on,
        by=facts.pop("by", None) or make_staff(),
        at=at,
        **{**given, **facts},
    )


def withdraw(assignment: TamAssignment, *, at: datetime = MORNING, **facts: Any) -> TamAssignment:
    given = {"reason": "She stays", "by": None, **facts}
    given["by"] = given["by"] or make_staff()
    return services.withdraw_handover(assignment=assignment, at=at, **given)


def deliver(*, at: datetime) -> int:
    """Let the mail server take what is due, and let the sweep see it."""
    sent = deliver_pending(at=at)
    services.note_notices(at=at)
    return sent


def mails(topic: str) -> list[Message]:
    return list(Message.objects.filter(topic=topic).order_by("pk"))


def refusal(act: Callable[..., Any], *args: Any, **facts: Any) -> str:
    """Return in which words an act is refused."""
    with pytest.raises(services.TamRefused) as refused:
        act(*args, **facts)
    return str(refused.value)


def who(order: Order, on: date) -> User | None:
    found = tam_of(order, on=on)
    return found and found.tam


def signed(row: TamAssignment) -> tuple[User | None, datetime, str | None]:
    """Return who changed a row last, when and why."""
    history = row.history.latest("history_id")
    return history.history_user, history.history_date, history.history_change_reason
