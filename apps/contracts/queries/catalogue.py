"""The lists of a policy version that pages show: clauses, severities and reasons.

Published, they never change, so a process reads them once; a draft's are read each time.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from apps.contracts.models import Clause, PolicyVersion, Reason, Severity
from apps.contracts.queries.kept import Kept


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Clauses by their references; severities, the worst first; reasons in the file's order."""

    clauses: Mapping[str, Clause]
    severities: Sequence[Severity]
    reasons: Sequence[Reason]


def catalogue(version_id: int) -> Catalogue:
    """Return the lists of a version, in no query once they are known."""
    found = _known.of([version_id])
    return found[version_id] if version_id in found else _of(version_id)


def _of(version_id: int) -> Catalogue:
    rows = Clause.objects.filter(version=version_id).select_related("version__policy")
    severities = Severity.objects.filter(version=version_id).order_by("rank")
    reasons = Reason.objects.filter(version=version_id).select_related("clause")
    return Catalogue(
        clauses={row.ref: row for row in rows},
        severities=tuple(severities),
        reasons=tuple(reasons.order_by("kind", "position")),
    )


def _read(version_ids: Collection[int]) -> dict[int, Catalogue]:
    published = PolicyVersion.objects.filter(
        pk__in=version_ids, state=PolicyVersion.State.PUBLISHED
    )
    return {pk: _of(pk) for pk in published.values_list("pk", flat=True)}


_known: Kept[int, Catalogue] = Kept(most=64, read=_read)
