"""Hours that nobody has: found days ahead, told once, and closed when somebody takes them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import md5

from django.db import transaction

from apps.escalation.models import CoverageGap, Rotation
from apps.escalation.queries.rotations import schedule
from apps.outbox.enqueue import enqueue
from apps.tickets.queries import duty_managers

GAP = "oncall.gap"
State = CoverageGap.State


@dataclass(frozen=True, slots=True)
class Watched:
    """How many gaps were found, and how many are none any more."""

    found: int = 0
    closed: int = 0


def watch_coverage(*, at: datetime) -> Watched:
    """Compare what each rotation lacks with what is on record; tell the duty managers what is new.

    A gap is told once, however long it is seen. One that somebody filled and that opens again is a
    new one. Each rotation is a transaction of its own.

    Clause: S-2, S-3.
    """
    found = closed = 0
    for pk in list(Rotation.objects.order_by("pk").values_list("pk", flat=True)):
        one = _watch(pk, at=at)
        found, closed = found + one.found, closed + one.closed
    return Watched(found, closed)


@transaction.atomic
def _watch(rotation_id: int, *, at: datetime) -> Watched:
    # Held, so that of two ticks at once the second sees what the first wrote.
    row = Rotation.objects.select_for_update(no_key=True).filter(pk=rotation_id).first()
    plan = schedule(rotation_id, since=at)
    if row is None:
        return Watched()
    there = list(row.gaps.filter(state=State.OPEN).order_by("starts_at"))
    told = [(gap.starts_at, gap.ends_at) for gap in there]
    until = at + timedelta(days=row.warn_days)
    found = 0
    for starts_at, ends_at in plan.gaps(start=at, end=until) if plan else []:
        known = next((gap for gap in there if _touches(gap, starts_at, ends_at)), None)
        if known is None:
            gap = row.gaps.create(starts_at=starts_at, ends_at=ends_at, found_at=at)
            # What is left of a gap of which somebody took the middle was told with it.
            if not any(first <= starts_at and ends_at <= last for first, last in told):
                _tell(gap, at=at)
                found += 1
            continue
        there.remove(known)
        # One that runs keeps its beginning.
        begins = known.starts_at if starts_at == at else starts_at
        if (known.starts_at, known.ends_at) != (begins, ends_at):
            CoverageGap.objects.filter(pk=known.pk).update(starts_at=begins, ends_at=ends_at)
    return Watched(found, sum(_close(gap, at=at) for gap in there))


def _close(gap: CoverageGap, *, at: datetime) -> int:
    """Say of a gap that is none any more whether it was filled or went by."""
    state = State.PASSED if gap.ends_at <= at else State.FILLED
    rows = CoverageGap.objects.filter(pk=gap.pk, state=State.OPEN)
    return rows.update(state=state, closed_at=at)


def _touches(gap: CoverageGap, starts_at: datetime, ends_at: datetime) -> bool:
    return gap.starts_at <= ends_at and starts_at <= gap.ends_at


def _tell(gap: CoverageGap, *, at: datetime) -> None:
    for address in duty_managers():
        digest = md5(address.encode(), usedforsecurity=False).hexdigest()
        enqueue(
            topic=GAP,
            key=f"gap:{gap.pk}:{digest}",
            recipient=address,
            payload={"gap_id": gap.pk},
            at=at,
        )
