"""Steps of an explanation with the clauses that they rest on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from apps.contracts.models import Clause
from apps.tickets.wording import sentence


@dataclass(frozen=True, slots=True)
class Cited:
    """A clause as a chip: where it stands, and what it says in our words."""

    ref: str
    title: str
    summary: str
    url: str


def cite(refs: str, clauses: Mapping[str, Clause]) -> Sequence[Cited]:
    """Return the clauses named in a stored text such as “V-4, R-1”."""
    return [
        _cited(ref, clauses.get(ref)) for ref in (part.strip() for part in refs.split(",")) if ref
    ]


def explained(
    steps: Sequence[Mapping[str, Any]], *, zone: str, clauses: Mapping[str, Clause]
) -> Sequence[tuple[str, Sequence[Cited]]]:
    """Return each step as a sentence, with instants in a zone, and its clauses."""
    return [(sentence(step, zone), cite(step["clause"], clauses)) for step in steps]


def _cited(ref: str, clause: Clause | None) -> Cited:
    if clause is None:
        return Cited(ref, "", "", "")
    page = reverse("admin:contracts_policyversion_change", args=[clause.version_id])
    return Cited(ref, clause.title, clause.summary, f"{page}#clause-{ref}")
