"""Finding the deadlines that have passed, and telling the people who must hear it.

Each batch is one transaction of a few set-based statements: a miss, its event and its mails are
written together or not at all. A sweep may run late, twice, or on many workers at once: rows that
another worker holds are skipped, and a deadline is missed in one state change only.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import DataError, IntegrityError, transaction
from django.db.models import F, TextField, Value
from django.db.models.functions import Cast, JSONObject

from apps.tickets.models import Deadline
from apps.tickets.models.json_arrays import Appended
from apps.tickets.queries import duty_managers
from apps.tickets.rules.explain import NOTHING_CAME
from apps.tickets.rules.promise import PROVIDERS
from apps.tickets.services.hooked import HOOKED_TICKET
from apps.tickets.services.notice import record_misses, record_warnings

logger = logging.getLogger(__name__)

BATCH = 2000


@dataclass(frozen=True, slots=True)
class Swept:
    """How many deadlines were found missed, and of how many a warning was given.

    ``stuck``: how many the database refused to write; each is in the log, and tried again by the
    next sweep.
    """

    missed: int = 0
    warned: int = 0
    stuck: int = 0


class _Unwritable(Exception):
    """The database refuses what a batch would write. Nothing of the batch is written."""

    def __init__(self, pks: Sequence[int]) -> None:
        super().__init__(pks)
        self.pks = pks


def sweep_deadlines(*, at: datetime) -> Swept:
    """Record every miss of ours and give every warning that is due at that instant.

    What falls due for the client, or happens by itself, is ``follow_ups``'s.

    A miss is dated to the moment it was due, not to ``at``, the moment we noticed: a late sweep
    does not change what a client is owed. A deadline that cannot be written holds up no other:
    its batch is tried again in halves until it stands alone.

    Clause: R-17 (the due instant itself is still in time), V-9.1, S-5-targets.
    """
    managers = duty_managers()
    missed = warned = 0
    stuck: list[int] = []
    size = BATCH
    while True:
        try:
            batch = _sweep_batch(at=at, managers=managers, size=size, without=stuck)
        except _Unwritable as failed:
            if len(failed.pks) == 1:
                logger.exception("Deadline %s cannot be swept", *failed.pks)
                stuck += failed.pks
            size = max(len(failed.pks) // 2, 1)
            continue
        missed, warned = missed + batch.missed, warned + batch.warned
        if batch.missed + batch.warned < size:
            return Swept(missed, warned, len(stuck))
        size = min(size * 2, BATCH)


def _sweep_batch(
    *, at: datetime, managers: Sequence[str], size: int, without: Sequence[int]
) -> Swept:
    found: list[tuple[int, datetime | None, bool]] = []
    try:
        with transaction.atomic():
            found = list(
                Deadline.objects.due(at=at)
                .annotate(is_hooked=HOOKED_TICKET)
                .filter(kind__in=PROVIDERS)
                .exclude(pk__in=without)
                .order_by("next_at", "pk")
                # SQLite has no such lock, and needs none: its transactions write in turn.
                .select_for_update(skip_locked=True, no_key=True)
                .values_list("pk", "due_at", "is_hooked")[:size]
            )
            missed = [pk for pk, due_at, _ in found if due_at and due_at < at]
            warned = [pk for pk, due_at, _ in found if due_at and due_at >= at]
            hooked = {pk for pk, _, is_hooked in found if is_hooked}
            if missed:
                words = Cast(Value(NOTHING_CAME), TextField())
                step = JSONObject(clause=F("clause"), text=words, figures=JSONObject())
                steps = Appended(F("steps"), step)
                record_misses(
                    missed, managers=managers, at=at, steps=steps, hooked=_of(hooked, missed)
                )
            if warned:
                record_warnings(warned, managers=managers, at=at, hooked=_of(hooked, warned))
            return Swept(len(missed), len(warned))
    except (DataError, IntegrityError) as refusal:
        if not found:
            raise
        raise _Unwritable([pk for pk, *_ in found]) from refusal


def _of(hooked: set[int], pks: Sequence[int]) -> list[int]:
    return [pk for pk in pks if pk in hooked]
