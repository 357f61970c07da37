"""Notices as they are sent."""

from datetime import datetime

from ninja import Schema

from apps.api.shapes.parts import AT, Next, part


class NoticeShape(Schema):
    """What the account was told: of maintenance, outages, its standing, its TAM and the like."""

    name: str = part("Names the notice for good.", "standing-3")
    kind: str = part("Such as “report” or “standing”; more may come.", "standing")
    label: str = part("The kind, for people.", "Standing")
    heading: str = part("What it is on, for people.", "Overdue: a suspension is ahead")
    told_at: datetime = part("When the account was told.", AT)
    sent_at: datetime | None = part(
        "When the first mail of it went out; null: none has.", "2026-03-04T14:00:05Z"
    )
    page: str = part(
        "Its page in the portal, for people.",
        "https://support.example.com/portal/notices/standing-3/",
    )


class NoticesShape(Schema):
    """Notices."""

    items: list[NoticeShape] = part("The newest first.")
    next: Next
