"""An account's standing as it is sent."""

from datetime import datetime
from typing import Literal

from ninja import Schema

from apps.api.shapes.parts import AT, Next, part

What = Literal["service_tickets", "other_tickets", "dashboard_changes"]


class AccountShape(Schema):
    """An account."""

    id: int = part("Names the account for good.", 5)
    name: str = part("For people; it may change.", "Example Telecom")


class TokenShape(Schema):
    """The token that asks."""

    name: str = part("What its maker called it.", "Dashboard")
    account: AccountShape | None = part("Whose it is; null: the provider's own.")
    acts_as: str | None = part(
        "The address of the person as whom it acts; null: the provider's own.",
        "kim@telecom.example.com",
    )
    scopes: list[str] = part("What it is good for.", ["standing:read", "tickets:read"])
    expires_at: datetime | None = part("When it runs out; null: it does not.", None)


class AllowedShape(Schema):
    """What the account may do now."""

    service_tickets: bool = part("Open tickets on what concerns the service itself.", True)
    other_tickets: bool = part("Open all other tickets.", False)
    dashboard_changes: bool = part("Add, change and delete services and users.", True)


class RestrictionShape(Schema):
    """What the account may not do, and why."""

    what: list[What] = part("Which of `allowed` it takes away.", ["other_tickets"])
    since: datetime | None = part("Since when; null: since no day that is known.", AT)
    reason: str = part("Why, for people.", "Support suspended")
    clause: str = part("The clause of the account's policy that it rests on.", "S-12")
    clears: str = part(
        "What has to happen so that it ends, for people. Amounts are named to who may see them.",
        "INV-000004, due 2026-02-03, is overdue. 522.60 USD paid clears it.",
    )


class StandingShape(Schema):
    """An account's standing and what it may do."""

    account: AccountShape = part("Whose it is.")
    state: Literal["GOOD", "SUPPORT_SUSPENDED", "DASHBOARD_SUSPENDED"] = part(
        "How the account stands with what it owes. Act by `allowed`, which knows more.",
        "SUPPORT_SUSPENDED",
    )
    allowed: AllowedShape = part("What it may do now.")
    restrictions: list[RestrictionShape] = part("Why it may not do the rest; empty: it may do all.")
    version: str = part(
        "Another one with each change; the ETag without its quotes.", "49eb9ff4c99ecfc2"
    )
    max_age: int = part("Seconds for which it may be used without asking again.", 60)


class AccountsShape(Schema):
    """Accounts that the token may ask about."""

    items: list[AccountShape] = part("By their number, the lowest first.")
    next: Next
