"""Calls for tests, each through its service, in a Wednesday's standard hours."""

from datetime import UTC, datetime
from typing import Any

from apps.contracts.models import AuthorisedUser, User
from apps.intake import services
from apps.intake.models import Call
from tests.factories import MORNING, make_client, make_order, make_preset, make_staff, severity_of

WHOLESALE = "skyswitch-support-2017"
# Outside of the standard hours: a Wednesday, nine in the evening in New York.
NIGHT = datetime(2026, 3, 5, 2, tzinfo=UTC)


def make_caller(*, phone: str = "", **facts: Any) -> AuthorisedUser:
    """Create somebody under the policy that lets callers be sent elsewhere."""
    caller = make_client(order=make_order(version=make_preset(slug=WHOLESALE)), **facts)
    caller.phone = phone
    caller.save(update_fields=["phone"])
    return caller


def said(**facts: Any) -> services.Said:
    given = {"subject": "Calls drop", "text": "Since nine.", "number": "+1 (607) 555-0139"}
    return services.Said(**{**given, **facts})


def call_act(
    caller: AuthorisedUser, *, by: User | None, at: datetime, key: str, facts: dict[str, Any]
) -> dict[str, Any]:
    return {
        "requester": caller,
        "said": said(**facts),
        "at": at,
        "source_key": key,
        "by": by or make_staff(),
    }


def register(
    caller: AuthorisedUser,
    *,
    severity: str = "3",
    by: User | None = None,
    at: datetime = MORNING,
    key: str = "staff:1",
    **facts: Any,
) -> Call:
    level = severity_of(caller.order.version, severity)
    act = call_act(caller, by=by, at=at, key=key, facts=facts)
    return services.register_call(severity=level, **act)


def settle(
    caller: AuthorisedUser,
    *,
    by: User | None = None,
    at: datetime = MORNING,
    key: str = "staff:1",
    **facts: Any,
) -> Call:
    return services.settle_call(**call_act(caller, by=by, at=at, key=key, facts=facts))
