"""What a browser posts when somebody fills in the page of an order or an account."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from apps.contracts.models import Order

RIGHTS = [
    "is_active",
    "may_open",
    "may_escalate",
    "may_confirm_closure",
    "may_see_invoices",
    "may_manage_users",
]


def order_form(order: Order | None = None, *users: dict[str, Any], **changes: Any) -> dict:
    """Return the fields of an order's page; ``users`` are added to those that are there."""
    facts: dict[str, Any] = {"number": "ORD-NEW", "starts_on": "2026-01-01"}
    there = list(order.authorised_users.all()) if order else []
    if order:
        facts = {
            "account": order.account_id,
            "number": order.number,
            "version": order.version_id,
            "plan": order.plan_id,
            "starts_on": order.starts_on,
            "ends_on": order.ends_on or "",
            "read_revision": order.revision,
        }
    facts |= changes
    known = [
        {
            "id": row.pk,
            "order": order.pk,
            "name": row.name,
            "email": row.email,
            **{name: "on" for name in RIGHTS if getattr(row, name)},
        }
        for row in there
        if order
    ]
    facts = {
        **formset("authorised_users", [*known, *users], known=len(known)),
        **formset("escalation_rungs"),
        **formset("agreed_targets"),
        **facts,
    }
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in facts.items()
    }


def amendment(order: Order, **changes: Any) -> dict:
    """Return the fields of the page on which an order is amended, as it is rendered."""
    facts: dict[str, Any] = {
        "read_revision": order.revision,
        "dated_on": "2026-03-04",
        "change_reason": "Upgrade",
        "version": order.version_id,
        "plan": order.plan_id,
        "services": [row.pk for row in order.services.all()],
        "ends_on": order.ends_on or "",
        "fee_amount": "" if order.fee_amount is None else order.fee_amount,
        "fee_period": order.fee_period,
        "time_zone": order.time_zone,
        "tam_minutes_per_month": order.tam_minutes_per_month or "",
        "tam_calendar": order.tam_calendar_id or "",
        **formset("agreed_targets"),
    }
    return facts | changes


def formset(prefix: str, rows: Sequence[dict[str, Any]] = (), *, known: int = 0) -> dict[str, Any]:
    """Return the fields of a list on a page, the first ``known`` rows of which are there."""
    facts: dict[str, Any] = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": known}
    for number, row in enumerate(rows):
        facts |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return facts


def person(email: str, **facts: Any) -> dict[str, Any]:
    return {"name": "Ada Client", "email": email, "is_active": "on", "may_open": "on", **facts}
