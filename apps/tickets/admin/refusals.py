"""A refusal as staff read it: what to do, and on which clause of the policy it rests."""

from apps.contracts.queries.catalogue import catalogue
from apps.tickets.services import Refused


def in_full(refusal: Refused, *, version_id: int) -> str:
    """Return a refusal with those of its clauses that the policy has."""
    known = catalogue(version_id).clauses
    refs = [ref for ref in refusal.clause.split(", ") if ref in known]
    return f"{refusal} ({', '.join(refs)})" if refs else str(refusal)
