"""GAP analyses of an account, as they were sent; what is in work nobody reads here.

Clause: V-2-gap, V-3.5.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from apps.changes.models import GapAnalysis, GapVersion
from apps.portal.queries.keyset import MOST, number_in
from apps.portal.queries.seats import Seat


@dataclass(frozen=True, slots=True)
class Page:
    """A page of what was sent, the latest of each analysis. ``before`` 0: no page follows."""

    versions: Sequence[GapVersion]
    before: int
    is_first: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """An analysis as the account has it; ``latest`` is what holds, ``earlier`` what it replaced."""

    analysis: GapAnalysis
    latest: GapVersion
    earlier: Sequence[GapVersion]

    @property
    def findings(self) -> Sequence[dict[str, Any]]:
        found: Sequence[dict[str, Any]] = self.latest.said["findings"]
        return found

    @property
    def is_read(self) -> bool:
        return hasattr(self.latest, "acknowledgement")


def latest_versions(orders: Sequence[int]) -> QuerySet[GapVersion]:
    """Return the latest version of each analysis of some orders, without the documents."""
    later = GapVersion.objects.filter(analysis=OuterRef("analysis")).order_by("-number")
    rows = GapVersion.objects.filter(
        analysis__order__in=orders, pk=Subquery(later.values("pk")[:1])
    )
    return _read(rows)


def page_of(seat: Seat, *, before: str) -> Page:
    """Return a page of the analyses of the person's orders, the latest first.

    Clause: V-2-gap, V-3.5.
    """
    last, rows = number_in(before), latest_versions(list(seat.people)).order_by("-pk")
    found = list((rows.filter(pk__lt=last) if last else rows)[: MOST + 1])
    shown = found[:MOST]
    return Page(shown, shown[-1].pk if len(found) > MOST else 0, not last)


def analysis_at(key: int, *, seats: Sequence[Seat]) -> Shown | None:
    """Return an analysis that was sent under an order at which the person sits; None: none.

    Clause: V-2-gap, V-3.5.
    """
    orders = [order for seat in seats for order in seat.people]
    # By the analysis' own key: what is too large for one is then nobody's, on each engine.
    rows = GapVersion.objects.filter(analysis__pk=key, analysis__order__in=orders)
    versions = list(_read(rows).order_by("-number"))
    if not versions:
        return None
    return Shown(versions[0].analysis, versions[0], versions[1:])


def content_of(version: GapVersion) -> bytes:
    """Return the document, byte for byte as it was sent."""
    return bytes(GapVersion.objects.values_list("content", flat=True).get(pk=version.pk))


def _read(rows: QuerySet[GapVersion]) -> QuerySet[GapVersion]:
    related = ("analysis__change__withdrawal", "analysis__order__version", "acknowledgement")
    return rows.select_related(*related).defer("content", "analysis__order__version__source")
