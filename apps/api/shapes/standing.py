"""An account's standing as it is sent."""

from datetime import datetime
from typing import Literal

from ninja import Field, Schema

What = Literal["service_tickets", "other_tickets", "dashboard_changes"]


class AccountShape(Schema):
    """An account."""

    id: int
    name: str


class TokenShape(Schema):
    """The token that asks: of which account (null: the provider's own), good for what."""

    name: str
    account: AccountShape | None
    acts_as: str | None = Field(description="The address of the person as whom it acts.")
    scopes: list[str]
    expires_at: datetime | None


class AllowedShape(Schema):
    """What the account may do now."""

    service_tickets: bool = Field(description="Open tickets on what concerns the service itself.")
    other_tickets: bool = Field(description="Open all other tickets.")
    dashboard_changes: bool = Field(description="Add, change and delete services and users.")


class RestrictionShape(Schema):
    """What the account may not do, and why."""

    what: list[What]
    since: datetime | None
    reason: str
    clause: str = Field(description="The clause of the account's policy that it rests on.")
    clears: str = Field(description="What has to happen so that it ends.")


class StandingShape(Schema):
    """An account's standing and what it may do."""

    account: AccountShape
    state: Literal["GOOD", "SUPPORT_SUSPENDED", "DASHBOARD_SUSPENDED"]
    allowed: AllowedShape
    restrictions: list[RestrictionShape]
    version: str = Field(description="Another one with each change; the ETag without its quotes.")
    max_age: int = Field(description="Seconds for which it may be used without asking again.")


class AccountsShape(Schema):
    """Accounts that the token may ask about, by their number; `next` begins the next page."""

    items: list[AccountShape]
    next: str | None
