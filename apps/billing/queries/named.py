"""The final documents that payers' words name, found for many at once."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from apps.billing.models import Document, Series
from apps.billing.rules.references import Named, Prefix, named_in

AT_ONCE = 500  # numbers in one query


def documents_named(references: Collection[str]) -> Mapping[str, Sequence[Document]]:
    """Return reference -> the final documents that it names, with their accounts.

    Clause: V-3.4.6.
    """
    series = {row.prefix: row for row in Series.objects.all()}
    prefixes = [Prefix(row.prefix, row.digits) for row in series.values()]
    named = {text: named_in(text, prefixes=prefixes) for text in set(references)}
    found = _found({each for several in named.values() for each in several}, series)
    return {
        text: [found[each] for each in several if each in found] for text, several in named.items()
    }


def _found(wanted: Iterable[Named], series: Mapping[str, Series]) -> Mapping[Named, Document]:
    numbers: dict[str, list[int]] = defaultdict(list)
    for each in wanted:
        numbers[each.prefix].append(each.number)
    rows = Document.objects.filter(state=Document.State.FINAL).select_related("account")
    return {
        Named(prefix, document.number or 0): document
        for prefix, several in numbers.items()
        for start in range(0, len(several), AT_ONCE)
        for document in rows.filter(
            series=series[prefix], number__in=several[start : start + AT_ONCE]
        )
    }
