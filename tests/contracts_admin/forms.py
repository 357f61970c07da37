"""What a browser posts when somebody fills in the page of an order or an account."""

from datetime import date
from typing import Any

from apps.contracts.models import Order


def order_form(order: Order | None = None, *users: dict[str, Any], **changes: Any) -> dict:
    """Return the fields of an order's page; ``users`` are added to those that are there."""
    facts: dict[str, Any] = {"number": "ORD-NEW", "state": "EXECUTED", "starts_on": "2026-01-01"}
    there = list(order.authorised_users.all()) if order else []
    if order:
        facts = {
            "account": order.account_id,
            "number": order.number,
            "state": order.state,
            "version": order.version_id,
            "plan": order.plan_id,
            "starts_on": order.starts_on,
            "ends_on": order.ends_on or "",
        }
    facts |= changes
    known = [
        {"id": row.pk, "order": order.pk, "name": row.name, "email": row.email, "is_active": "on"}
        for row in there
        if order
    ]
    rows = [*known, *users]
    facts |= {
        "authorised_users-TOTAL_FORMS": len(rows),
        "authorised_users-INITIAL_FORMS": len(known),
    }
    for number, row in enumerate(rows):
        facts |= {f"authorised_users-{number}-{name}": value for name, value in row.items()}
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in facts.items()
    }


def person(email: str, **facts: Any) -> dict[str, Any]:
    return {"name": "Ada Client", "email": email, "is_active": "on", **facts}
