"""What is agreed otherwise: somebody takes hours of another, two people swap, it is taken back."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from django.db import transaction

from apps.contracts.models import User
from apps.escalation.models import Rotation, RotationOverride
from apps.escalation.queries.rotations import Schedule, schedule
from apps.escalation.rules.rotation import Turn, turn_at
from apps.tickets.services import Refused

LONGEST = timedelta(days=120)
FURTHEST = timedelta(days=400)


@transaction.atomic
def override(
    *,
    rotation: Rotation,
    user: User | None,
    starts_at: datetime,
    ends_at: datetime,
    by: User,
    at: datetime,
    reason: str = "",
) -> RotationOverride:
    """Let a person have the hours from one instant to another; None: nobody has them.

    Of two that overlap the later one counts.

    Clause: S-2.

    :raises Refused: the span is empty, too long, over, or too far ahead; or the person is not
        active staff.
    """
    # Two instants of one zone compare by the wall clock, which shows some hours twice.
    starts_at, ends_at = starts_at.astimezone(UTC), ends_at.astimezone(UTC)
    if ends_at <= starts_at:
        raise Refused("It ends before it begins: swap the two.")
    if ends_at - starts_at > LONGEST:
        raise Refused(f"It takes longer than {LONGEST.days} days: change the rotation instead.")
    if ends_at <= at:
        raise Refused("These hours are over. Choose hours that are to come.")
    if starts_at > at + FURTHEST:
        raise Refused(f"It begins more than {FURTHEST.days} days ahead. Agree on it later.")
    if user is not None and not (user.is_active and user.is_staff):
        raise Refused(f"{user} is not active staff: choose somebody who can be paged.")
    return RotationOverride.objects.create(
        rotation=rotation,
        user=user,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=reason.strip(),
        made_at=at,
        made_by=by,
    )


@transaction.atomic
def swap(
    *,
    rotation: Rotation,
    first_at: datetime,
    second_at: datetime,
    by: User,
    at: datetime,
    reason: str = "",
) -> tuple[RotationOverride, RotationOverride]:
    """Let two people have each other's turn: those in which the two instants lie.

    Of a turn that runs already, only what is left is swapped.

    Clause: S-2.

    :raises Refused: both are the same turn or the same person's, nobody has one of them, or as of
        an override.
    """
    plan = schedule(rotation.pk, since=min(first_at, second_at, at) - LONGEST)
    if plan is None:
        raise Refused(f"{rotation} is not in use: nobody has turns in it.")
    mine, theirs = (_turn(plan, moment, at=at) for moment in (first_at, second_at))
    if mine.person == theirs.person:
        raise Refused(f"{plan.person(mine.person)} has both of these turns: choose another one.")
    key = uuid4()
    halves = []
    for turn, taker in ((mine, theirs), (theirs, mine)):
        half = override(
            rotation=rotation,
            user=plan.person(taker.person),
            starts_at=max(turn.starts_at, at),
            ends_at=turn.ends_at,
            by=by,
            at=at,
            reason=reason,
        )
        half.swap = key
        half.save(update_fields=["swap"])
        halves.append(half)
    return halves[0], halves[1]


@transaction.atomic
def cancel_override(*, override: RotationOverride, by: User, at: datetime) -> int:
    """Take back what was agreed, a swap with both its halves; return how many rows that were.

    Clause: S-2.

    :raises Refused: it is over, or taken back already.
    """
    same = RotationOverride.objects.filter(pk=override.pk)
    if override.swap is not None:
        same = RotationOverride.objects.filter(swap=override.swap)
    taken_back = same.filter(cancelled_at=None, ends_at__gt=at).update(
        cancelled_at=at, cancelled_by=by
    )
    if not taken_back:
        raise Refused("There is nothing to take back: it is over, or somebody did so already.")
    return taken_back


def _turn(plan: Schedule, moment: datetime, *, at: datetime) -> Turn:
    turn = turn_at(plan.rule, plan.overrides, at=moment)
    if turn.person is None:
        raise Refused("Nobody is on call at one of these instants: there is nothing to swap.")
    if turn.ends_at <= at:
        raise Refused("One of these turns is over. Choose turns that are to come.")
    return turn
