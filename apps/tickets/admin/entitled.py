"""Why a request is entitled or not, as it was answered: each check with its clause."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.contracts.models import Clause
from apps.tickets.admin.explained import Cited, cite


@dataclass(frozen=True, slots=True)
class Check:
    """One check of the answer: what it says, whether it holds, and where the policy says so."""

    says: str
    holds: bool
    clauses: Sequence[Cited]


def checks(steps: Sequence[Mapping[str, Any]], clauses: Mapping[str, Clause]) -> list[Check]:
    """Return the stored steps of an answer as people read them."""
    return [Check(step["says"], step["holds"], cite(step["clause"], clauses)) for step in steps]
