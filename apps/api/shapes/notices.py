"""Notices as they are sent."""

from datetime import datetime

from ninja import Field, Schema


class NoticeShape(Schema):
    """What the account was told: of maintenance, outages, its standing, its TAM and the like."""

    name: str = Field(description="Names the notice for good.")
    kind: str = Field(description="Such as “report” or “standing”; more may come.")
    label: str = Field(description="The kind in words.")
    heading: str
    told_at: datetime
    sent_at: datetime | None = Field(description="When the first mail of it went out, if one has.")
    page: str = Field(description="Its page in the portal.")


class NoticesShape(Schema):
    """Notices, the newest first; `next` begins the next page."""

    items: list[NoticeShape]
    next: str | None
