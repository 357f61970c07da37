"""Who is on call, read from the rows; and who comes next."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, QuerySet

from apps.contracts.models import User
from apps.escalation.models import Rotation, RotationMember, RotationOverride
from apps.escalation.rules import rotation as rules

AHEAD = timedelta(days=60)  # as far as the pages look for who comes next


@dataclass(frozen=True, slots=True)
class Now:
    """Who has it now and until when, and who follows. Nobody: None."""

    person: User | None
    is_override: bool
    until: datetime
    next_person: User | None
    next_until: datetime | None


@dataclass(frozen=True, slots=True)
class Schedule:
    """A rotation as the rules take it, with the people by key."""

    rotation: Rotation
    rule: rules.Rotation
    overrides: Sequence[rules.Override]
    people: Mapping[int, User]

    def person(self, pk: int | None) -> User | None:
        return self.people.get(pk) if pk is not None else None

    def turns(self, *, start: datetime, end: datetime) -> list[rules.Turn]:
        """Return who has it from one instant to another.

        Clause: S-2.
        """
        return rules.turns(self.rule, self.overrides, start=start, end=end)

    def gaps(self, *, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        """Return the spans in which nobody has it who should.

        Clause: S-2.
        """
        return rules.gaps(self.rule, self.overrides, start=start, end=end)

    def now(self, *, at: datetime) -> Now:
        """Return who has it at an instant, and who follows.

        Clause: S-2.
        """
        first, *others = self.turns(start=at, end=at + AHEAD)
        follows = others[0] if others else None
        return Now(
            person=self.person(first.person),
            is_override=first.is_override,
            until=first.ends_at,
            next_person=self.person(follows.person) if follows else None,
            next_until=follows.ends_at if follows else None,
        )


def with_people(rotations: QuerySet[Rotation], *, since: datetime) -> QuerySet[Rotation]:
    """Bring along what ``schedule_of`` needs, in two queries however many they are."""
    members = RotationMember.objects.select_related("user").order_by("position")
    overrides = RotationOverride.objects.standing().filter(ends_at__gt=since)
    return rotations.prefetch_related(
        Prefetch("members", members),
        Prefetch("overrides", overrides.select_related("user"), to_attr="standing"),
    )


def schedule_of(rotation: Rotation) -> Schedule:
    """Return the schedule of a rotation that was read by ``with_people``.

    Who is not active staff any more has no turn: nobody has it then.
    """
    members: list[RotationMember] = list(rotation.members.all())
    standing: Sequence[RotationOverride] = rotation.standing  # type: ignore[attr-defined]
    users = [*(each.user for each in members), *(each.user for each in standing)]
    people = {user.pk: user for user in users if user}
    return Schedule(
        rotation=rotation,
        rule=rules.Rotation(
            zone=ZoneInfo(rotation.time_zone),
            starts_on=rotation.starts_on,
            hands_over_at=rotation.hands_over_at,
            days=rotation.days,
            people=tuple(_reached(each.user) for each in members),
            opens=rotation.opens,
            closes=rotation.closes,
        ),
        overrides=[
            rules.Override(each.starts_at, each.ends_at, _reached(each.user) if each.user else None)
            for each in standing
        ],
        people=people,
    )


def schedule(rotation_id: int, *, since: datetime) -> Schedule | None:
    """Return the schedule of a rotation that is in use, with what was agreed from an instant on."""
    rows = with_people(Rotation.objects.filter(pk=rotation_id, is_active=True), since=since)
    found = rows.first()
    return schedule_of(found) if found else None


def schedules(*, since: datetime) -> list[Schedule]:
    """Return the schedules of all rotations that are in use."""
    rows: Iterable[Rotation] = with_people(Rotation.objects.filter(is_active=True), since=since)
    return [schedule_of(each) for each in rows]


def _reached(user: User) -> int | None:
    return user.pk if user.is_active and user.is_staff else None
