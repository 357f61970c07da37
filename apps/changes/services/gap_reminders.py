"""Telling the TAM that a GAP analysis falls due, and TAM and duty managers that it is late.

A tick may run late, twice, or on many workers at once: rows that another worker holds are skipped,
and what was told has its key.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from apps.changes.models import GapAnalysis
from apps.contracts import queries as contracts
from apps.contracts.models import TamAssignment
from apps.outbox.enqueue import enqueue
from apps.outbox.rules.address import is_plain_address
from apps.tickets.queries import duty_managers

BATCH = 200
NEAR, LATE = "gap.near", "gap.late"


def remind_gaps(*, at: datetime) -> int:
    """Say all that is due at that instant; return of how many analyses something was said.

    Clause: V-2-gap, V-6.1.
    """
    told = 0
    while done := _remind_batch(at=at):
        told += done
    return told


@transaction.atomic
def _remind_batch(*, at: datetime) -> int:
    rows = list(
        GapAnalysis.objects.to_remind(at=at)
        .select_related("order__plan", "order__version")
        .defer("order__version__source")
        .order_by("next_at", "pk")
        # SQLite has no such lock, and needs none: its transactions write in turn.
        .select_for_update(skip_locked=True, no_key=True, of=("self",))[:BATCH]
    )
    if not rows:
        return 0
    tams = contracts.tams_now([row.order for row in rows], at=at)
    managers = duty_managers()
    for row in rows:
        tam = _address(tams.get(row.order_id))
        if row.due_at <= at:
            row.next_at = None
            _tell(row, LATE, [tam, *managers], at=at)
        else:
            row.next_at = row.due_at
            _tell(row, NEAR, [tam] if tam else managers, at=at)
    # Bookkeeping: nobody amended anything, so there is no history of it.
    GapAnalysis.objects.bulk_update(rows, ["next_at"])
    return len(rows)


def _tell(row: GapAnalysis, topic: str, addresses: Iterable[str], *, at: datetime) -> None:
    for address in dict.fromkeys(addresses):
        if is_plain_address(address):
            enqueue(
                topic=topic,
                key=f"{topic}:{row.pk}:{row.due_on}:{address.lower()}",
                recipient=address,
                payload={"analysis_id": row.pk, "due_on": row.due_on.isoformat()},
                at=at,
            )


def _address(tam: TamAssignment | None) -> str:
    """Return where the TAM is written to by us: their own address, else the client's contact."""
    if tam is None:
        return ""
    return (tam.tam.email if tam.tam else "") or tam.email
