"""Rotations and ladders for tests, in New York, beginning on a Monday."""

from datetime import date, datetime, time
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from apps.contracts.models import User
from apps.escalation.models import LadderRung, PageLadder, Rotation, RotationMember

NEW_YORK = ZoneInfo("America/New_York")
_serial = count(1)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


# Monday 2 March 2026, at nine: the first turn begins.
MONDAY = local("2026-03-02 09:00")


def make_rotation(*people: User, **facts: Any) -> Rotation:
    """Create a rotation in which each has it for a week, in this order."""
    given = {
        "title": f"Rotation {next(_serial)}",
        "time_zone": "America/New_York",
        "starts_on": date(2026, 3, 2),
        "hands_over_at": time(9),
        "days": 7,
    }
    rotation = Rotation.objects.create(**{**given, **facts})
    for position, user in enumerate(people, 1):
        RotationMember.objects.create(rotation=rotation, user=user, position=position)
    return rotation


def make_ladder(*rungs: Rotation | User, wait_minutes: int = 10, **facts: Any) -> PageLadder:
    """Create a ladder of rotations and people, each with so long to answer; one round."""
    given = {"title": f"Ladder {next(_serial)}", "rounds": 1, "is_default": True}
    ladder = PageLadder.objects.create(**{**given, **facts})
    for position, rung in enumerate(rungs, 1):
        kind = "rotation" if isinstance(rung, Rotation) else "user"
        LadderRung.objects.create(
            ladder=ladder, position=position, wait_minutes=wait_minutes, **{kind: rung}
        )
    return ladder
