"""Stored explanations as the portal shows them: a sentence a step, with the clauses it rests on."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.contracts.models import Clause
from apps.tickets.wording import sentence

Titles = Mapping[str, str]  # what a clause is cited as -> its title


@dataclass(frozen=True, slots=True)
class Step:
    """A sentence, and the clauses that it rests on: (cited as, title)."""

    sentence: str
    clauses: Sequence[tuple[str, str]]


def titles_of(versions: Collection[int | None]) -> Mapping[int | None, Titles]:
    """Return policy version -> the titles of its clauses, in one query for all of them."""
    wanted = {pk for pk in versions if pk is not None}
    found: dict[int | None, dict[str, str]] = defaultdict(dict)
    if wanted:
        rows = Clause.objects.filter(version__in=wanted).order_by()
        for version, ref, title in rows.values_list("version_id", "ref", "title"):
            found[version][ref] = title
    return found


def steps_of(steps: Sequence[Mapping[str, Any]], *, zone: str, titles: Titles) -> list[Step]:
    """Return stored steps with instants in a zone; a clause that nobody knows has no title."""
    return [Step(sentence(step, zone), cited(step["clause"], titles)) for step in steps]


def cited(refs: str, titles: Titles) -> list[tuple[str, str]]:
    """Return the clauses that a text such as “S-12, R-5” names, each with its title."""
    return [(ref, titles.get(ref, "")) for ref in map(str.strip, refs.split(",")) if ref]
