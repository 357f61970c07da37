"""The rows of the reports: counted in the database, listed up to a cap."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from apps.backoffice.reports.asked import Asked
from apps.contracts.sheets.harmless import harmless
from apps.tickets.models import Ticket, VendorCase
from apps.tickets.wording import span

LISTED = 200  # on the page; the download has more
DOWNLOADED = 20_000


def excluded(asked: Asked) -> QuerySet[Ticket]:
    """Return the tickets whose cause was one of the policy's exclusions, the latest first.

    Clause: V-3.3.
    """
    rows = Ticket.objects.filter(
        exclusion__isnull=False,
        latest_at__gte=asked.starts_at,
        latest_at__lt=asked.ends_at,
        **asked.filters(),
    )
    return rows.select_related("account", "exclusion__clause", "closing", "version__policy")


def by_exclusion(rows: QuerySet[Ticket]) -> Sequence[Any]:
    """Return how many tickets each exclusion has, the most frequent first.

    Clause: V-3.3.
    """
    counted = rows.select_related(None).order_by().values("exclusion__label")
    grouped = counted.annotate(label=F("exclusion__label"), count=Count("pk"))
    return list(grouped.order_by("-count", "label").values_list("label", "count"))


def cases(asked: Asked) -> QuerySet[VendorCase]:
    """Return the cases with others that were open at some time of the period, the latest first.

    Clause: V-3.6, S-9.
    """
    rows = VendorCase.objects.filter(
        Q(closed_at=None) | Q(closed_at__gte=asked.starts_at),
        opened_at__lt=asked.ends_at,
        **asked.filters("ticket__"),
    )
    return rows.select_related("ticket__account", "ticket__version__policy").order_by("-pk")


def age(case: VendorCase, *, at: datetime) -> str:
    """Return how long a case took, or has lasted by now."""
    return span((case.closed_at or max(at, case.opened_at)) - case.opened_at)


EXCLUSION_HEAD = ["Ticket", "Subject", "Account", "Policy", "Exclusion", "Clause", "Latest event"]
CASE_HEAD = [
    *("Ticket", "Account", "Policy", "Party", "With", "Reference", "Service suffers"),
    *("Workaround", "Opened", "Closed", "Age", "Outcome"),
]


def exclusion_lines(rows: QuerySet[Ticket]) -> Iterator[list[str]]:
    """Yield the lines of the sheet; nothing in them runs as a formula."""
    yield EXCLUSION_HEAD
    for row in rows[:DOWNLOADED]:
        exclusion = row.exclusion
        yield _line(
            row.number,
            row.subject,
            row.account,
            row.version.policy,
            exclusion,
            exclusion.clause.ref if exclusion else "",
            row.latest_at.isoformat(),
        )


def case_lines(rows: QuerySet[VendorCase], *, at: datetime) -> Iterator[list[str]]:
    """Yield the lines of the sheet; nothing in them runs as a formula."""
    yield CASE_HEAD
    for row in rows[:DOWNLOADED]:
        yield _line(
            row.ticket.number,
            row.ticket.account,
            row.ticket.version.policy,
            row.get_party_display(),
            row.name,
            row.reference,
            "yes" if row.service_affecting else "no",
            row.workaround,
            row.opened_at.isoformat(),
            row.closed_at.isoformat() if row.closed_at else "",
            age(row, at=at),
            row.outcome,
        )


def _line(*words: object) -> list[str]:
    return [harmless(str(word)) for word in words]
