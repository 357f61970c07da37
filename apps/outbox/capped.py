"""Counts that stop counting: a page says “1,000+” rather than read a million rows."""

from django.db.models import IntegerField, QuerySet, Subquery

CAP = 1000


def capped_count(rows: QuerySet) -> int:
    """Return how many rows there are, up to the cap."""
    return rows.order_by()[:CAP].count()


class CappedCount(Subquery):
    """The same for each row of an outer query; the inner one is given without a slice."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()

    def __init__(self, rows: QuerySet) -> None:
        super().__init__(rows.order_by().values("pk")[:CAP])


def shown(count: int) -> str:
    """Return a capped count as people read it."""
    return f"{CAP:,}+" if count >= CAP else f"{count:,}"
