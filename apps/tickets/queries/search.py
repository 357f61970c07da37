"""Looking for tickets by what was said on them."""

from collections.abc import Collection, Sequence
from typing import Any

from django.db import connection
from django.db.models import BooleanField, F, IntegerField, QuerySet, Subquery, Value
from django.db.models.expressions import RawSQL

from apps.tickets.models import SearchText, Ticket
from apps.tickets.rules.words import order_word, words_sought

FITS = "vector @@ %s::tsquery"  # the one table with such a column, whatever a query calls it
SEEN_FITS = "client_vector @@ %s::tsquery"
# The array is filled once, from the index of words, before anything is joined or sorted: what the
# planner expects of a beginning of a word is too far off to choose by.
FOUND_FIRST = (
    '"tickets_searchtext"."ticket_id" = ANY (ARRAY(SELECT fitting.ticket_id'
    " FROM tickets_searchtext fitting WHERE fitting.client_vector @@ %s::tsquery))"
)
WALKED = 5_000  # tickets that are looked through, the newest first, before the index is asked


def spoken_of(text: str) -> QuerySet[SearchText]:
    """Return the rows of the tickets on which all these words occur; the last may be unfinished.

    Number, subject, account, senders and messages are looked at, notes too. A text without a word
    finds nothing. The key of a row is its ticket's.
    """
    sought = words_sought(text)
    if not sought:
        return SearchText.objects.none()
    if connection.vendor == "postgresql":
        fits = RawSQL(FITS, [_query(sought)], output_field=BooleanField())  # noqa: S611 (our own text)
        return SearchText.objects.filter(fits)
    rows = SearchText.objects.all()
    for word, is_begun in sought:
        rows = rows.filter(words__contains=f" {word}" if is_begun else f" {word} ")
    return rows


def shown_of(
    text: str, *, orders: Collection[int], found_first: bool = False
) -> QuerySet[SearchText]:
    """Return the rows of orders' tickets on which a client can read all these words.

    Number, subject, senders and messages are looked at. What only staff see is neither found nor
    counted: it is not among the words that are looked at. A text without a word finds nothing.
    The caller chooses among them what the person may read; ``found_first``: among all of them,
    which are found before anything else is asked, not among a few that are looked through.

    Clause: V-3.5.
    """
    sought = words_sought(text)
    if not sought or not orders:
        return SearchText.objects.none()
    if connection.vendor == "postgresql":
        # The order is in the vector too, so that the index alone finds what is of both.
        places = " | ".join(f"'{order_word(order)}'" for order in sorted(orders))
        query = f"({places}) & {_query(sought)}"
        sql = FOUND_FIRST if found_first else SEEN_FITS
        fits = RawSQL(sql, [query], output_field=BooleanField())  # noqa: S611 (our own text)
        return SearchText.objects.filter(fits)
    rows = SearchText.objects.filter(ticket__order__in=orders)
    for word, is_begun in sought:
        rows = rows.filter(client_words__contains=f" {word}" if is_begun else f" {word} ")
    return rows


def _query(sought: Sequence[tuple[str, bool]]) -> str:
    # Words are letters and digits only: quoted, nothing in them is an operator.
    return " & ".join(f"'{word}'{':*' * is_begun}" for word, is_begun in sought)


def newest_spoken_of(
    text: str, *, among: QuerySet[Ticket] | None, key: int | None, is_back: bool, limit: int
) -> Sequence[QuerySet[SearchText]]:
    """Return the same in two lists, each with ``place``, the ticket's key, to sort by.

    Words that are on many tickets are on some of the newest: those are looked through first. Only
    where they do not fill the page, the index of words is asked, which reads all that it finds.
    What the planner of PostgreSQL expects of a beginning of a word is too far off to choose by.
    """
    rows = spoken_of(text)
    if among is not None:
        rows = rows.filter(ticket__in=among)
    if connection.vendor != "postgresql" or rows.query.is_empty():
        return [rows.annotate(place=F("pk"))]
    near = rows.filter(**_near(key, is_back=is_back))
    beyond = {"pk__gt" if is_back else "pk__lt": key} if key else {}
    page = near.filter(**beyond).order_by("pk" if is_back else "-pk").values("pk")[:limit]
    # The sum keeps the planner from walking over all rows in the order of their keys.
    all_of_them = rows.alias(filled=_Counted(page)).filter(filled__lt=limit)
    return [near.annotate(place=F("pk")), all_of_them.annotate(place=F("pk") + Value(0))]


class _Counted(Subquery):
    """How many rows there are, asked once for a statement."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


def _near(key: int | None, *, is_back: bool) -> dict[str, Any]:
    """Return the condition on rows near to where a page begins."""
    if key is not None:
        return {"pk__lt": key + WALKED} if is_back else {"pk__gt": key - WALKED}
    newest = SearchText.objects.order_by("-pk").annotate(near=F("pk") - Value(WALKED))
    return {"pk__gt": Subquery(newest.values("near")[:1])}
