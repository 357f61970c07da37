"""The rows of the reports: counted in the database, listed up to a cap."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from apps.backoffice.reports.asked import Asked
from apps.contracts.models import Reason
from apps.contracts.sheets.harmless import harmless
from apps.tickets.models import Ticket, VendorCase
from apps.tickets.wording import span

LISTED = 200  # on the page; the download has more
DOWNLOADED = 20_000


def excluded(asked: Asked) -> QuerySet[Ticket]:
    """Return the tickets that were found to be one of the policy's exclusions in the period.

    The latest decided come first.

    Clause: V-3.3.
    """
    rows = Ticket.objects.filter(
        exclusion__isnull=False,
        excluded_at__gte=asked.starts_at,
        excluded_at__lt=asked.ends_at,
        **asked.filters(),
    ).order_by("-excluded_at", "-pk")
    return rows.select_related("account", "exclusion__clause", "closing", "version__policy")


def by_exclusion(rows: QuerySet[Ticket]) -> Sequence[tuple[str, int]]:
    """Return how many tickets each exclusion has, the most frequent first.

    Those of several versions of a policy that are called alike are one. They are counted by their
    keys, which an index has; the few labels are read apart.

    Clause: V-3.3.
    """
    keyed = rows.select_related(None).order_by().values_list("exclusion").annotate(Count("pk"))
    counts = dict(keyed)
    found: Counter[str] = Counter()
    for pk, label in Reason.objects.filter(pk__in=counts).values_list("pk", "label"):
        found[label] += counts[pk]
    return sorted(found.items(), key=lambda each: (-each[1], each[0]))


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


EXCLUSION_HEAD = ["Ticket", "Subject", "Account", "Policy", "Exclusion", "Clause", "Decided"]
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
            row.excluded_at.isoformat() if row.excluded_at else "",
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
