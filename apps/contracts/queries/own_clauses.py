"""Which of the clauses that a refusal rests on are those of the client's own policy."""

from collections.abc import Collection

from apps.contracts.models import Clause


def own_clauses(refs: str, versions: Collection[int]) -> str:
    """Return of “V-8.3, S-12” what policy versions have, in its order; "": none of it.

    A service cites the clauses of whatever policies have the rule. A client is told their own.

    Clause: none (wording).
    """
    named = [ref for ref in map(str.strip, refs.split(",")) if ref]
    if not named:
        return ""
    rows = Clause.objects.filter(version__in=versions, ref__in=named).order_by()
    held = set(rows.values_list("ref", flat=True))
    return ", ".join(ref for ref in named if ref in held)
