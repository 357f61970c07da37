"""Looking for tickets by what was said on them."""

from django.db import connection
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from apps.tickets.models import SearchText
from apps.tickets.rules.words import words_sought

VECTOR = f"{SearchText._meta.db_table}.vector @@ %s::tsquery"


def spoken_of(text: str) -> QuerySet[SearchText]:
    """Return the rows of the tickets on which all these words occur; the last may be unfinished.

    Number, subject, account, senders and messages are looked at, notes too. A text without a word
    finds nothing. The key of a row is its ticket's.
    """
    sought = words_sought(text)
    if not sought:
        return SearchText.objects.none()
    if connection.vendor == "postgresql":
        # Words are letters and digits only: quoted, nothing in them is an operator.
        query = " & ".join(f"'{word}'{':*' * is_begun}" for word, is_begun in sought)
        fits = RawSQL(VECTOR, [query], output_field=BooleanField())  # noqa: S611 (our own text)
        return SearchText.objects.filter(fits)
    rows = SearchText.objects.all()
    for word, is_begun in sought:
        rows = rows.filter(words__contains=f" {word}" if is_begun else f" {word} ")
    return rows
