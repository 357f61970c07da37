"""Who hears of it, as rows: escalations, on-call and pages, Reasons for Outage."""

from apps.escalation.models.contacts import CalendarAddress, StaffContact
from apps.escalation.models.pages import Page, PageQuerySet, PageStep
from apps.escalation.models.rotations import (
    CoverageGap,
    LadderRung,
    OverrideQuerySet,
    PageLadder,
    Rotation,
    RotationMember,
    RotationOverride,
)

__all__ = [
    "CalendarAddress",
    "CoverageGap",
    "LadderRung",
    "OverrideQuerySet",
    "Page",
    "PageLadder",
    "PageQuerySet",
    "PageStep",
    "Rotation",
    "RotationMember",
    "RotationOverride",
    "StaffContact",
]
