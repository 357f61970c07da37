"""The taxes of a draft: worked out when it is drafted, and again when it is made final.

Clause: V-3.4.6, S-13.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from apps.billing.models import Document, Line, TaxCategory, TaxTotal
from apps.billing.queries.credited import Taxing, credited_sums
from apps.billing.queries.rates import rates_on
from apps.billing.rules.invoicing import Taxed, tax_to_credit, taxes_of
from apps.billing.rules.money import ZERO
from apps.billing.services.refusal import BillingRefused

Taxes = list[Taxed[int]]


def tax_draft(document: Document, *, on: date, category: TaxCategory | None = None) -> None:
    """Tax a draft as of a day: its lines' rates, the totals by rate, and what it comes to.

    An invoice takes the rates of the day, a credit note those of the lines that it takes back.
    ``category`` is the account's now: lines of an invoice that had the account's follow it. The
    caller holds the account.

    Clause: V-3.4.6, S-13.

    :raises BillingRefused: a category has no rate on the day, or less than nothing would be due.
    """
    lines = list(document.lines.select_related("tax_category", "credits"))
    if document.kind == Document.Kind.INVOICE:
        if category is not None:
            _follow(document, lines, category)
        _rate(lines, on=on)
        taxes = taxes_of(
            (line.tax_category_id, line.tax_percent, line.net_amount) for line in lines
        )
    else:
        invoices = {line.credits.document_id for line in lines if line.credits}
        taxes = taxes_back(lines, credited_sums(invoices) if invoices else {})
    put_sums(document, lines, taxes)
    document.taxes.all().delete()
    TaxTotal.objects.bulk_create(tax_rows(document, lines, taxes))
    columns = ["net_amount", "tax_amount", "total_amount", "tax_category"]
    document.save(update_fields=columns)


def rate_of(category: int, *, on: date, title: str) -> Decimal:
    """Return the percentage of a category on a day.

    :raises BillingRefused: it has none then.
    """
    percent = rates_on([category], on=on).get(category)
    if percent is None:
        raise BillingRefused(f"The tax category “{title}” has no rate on {on}. Add one.")
    return percent


def _follow(document: Document, lines: Sequence[Line], category: TaxCategory) -> None:
    """Give the lines that had the account's category the one that it has now."""
    was = document.tax_category_id
    if was is None:  # a draft of before it was kept: its only one
        known = {line.tax_category_id for line in lines}
        was = known.pop() if len(known) == 1 else category.pk
    changed = [line for line in lines if line.tax_category_id == was != category.pk]
    for line in changed:
        line.tax_category = category
    Line.objects.bulk_update(changed, ["tax_category"], batch_size=200)
    document.tax_category = category


def _rate(lines: Sequence[Line], *, on: date) -> None:
    """Give lines the rates of a day, where they have others."""
    titles = {line.tax_category_id: line.tax_category.title for line in lines}
    percents = {key: rate_of(key, on=on, title=title) for key, title in titles.items()}
    changed = []
    for line in lines:
        now = (line.tax_category.code, percents[line.tax_category_id])
        if (line.tax_code, line.tax_percent) != now:
            line.tax_code, line.tax_percent = now
            changed.append(line)
    Line.objects.bulk_update(changed, ["tax_code", "tax_percent"], batch_size=200)


def taxes_back(lines: Sequence[Line], before: Mapping[Taxing, Decimal]) -> Taxes:
    """Return what tax goes back: of each invoice by its own sum, of other lines by theirs.

    ``before`` is what went back of the invoices before. The lines know what they take back.

    Clause: V-3.4.6, S-13.
    """
    sums: dict[tuple[int | None, int, Decimal], Decimal] = defaultdict(lambda: ZERO)
    for line in lines:
        invoice = line.credits.document_id if line.credits else None
        sums[invoice, line.tax_category_id, line.tax_percent] += line.net_amount
    totals: dict[tuple[int, Decimal], tuple[Decimal, Decimal]] = {}
    for (invoice, category, percent), net in sums.items():
        credited = before.get((invoice, category, percent), ZERO) if invoice else ZERO
        tax = tax_to_credit(net, percent, credited=credited)
        net_yet, tax_yet = totals.get((category, percent), (ZERO, ZERO))
        totals[category, percent] = (net_yet + net, tax_yet + tax)
    return [Taxed(key, percent, net, tax) for (key, percent), (net, tax) in totals.items()]


def put_sums(document: Document, lines: Sequence[Line], taxes: Taxes) -> None:
    """Put what a document comes to into it; the caller saves it.

    Clause: V-3.4.6, S-13.

    :raises BillingRefused: less than nothing would be due.
    """
    net = sum((line.net_amount for line in lines), ZERO)
    tax = sum((each.tax for each in taxes), ZERO)
    if net < 0 or tax < 0:
        raise BillingRefused(f"{document} would come to less than nothing.")
    document.net_amount, document.tax_amount, document.total_amount = net, tax, net + tax


def tax_rows(document: Document, lines: Sequence[Line], taxes: Taxes) -> list[TaxTotal]:
    """Return the totals of a document by rate, for the caller to write.

    Clause: V-3.4.6, S-13.
    """
    categories = {line.tax_category_id: line.tax_category for line in lines}
    codes = {(line.tax_category_id, line.tax_percent): line.tax_code for line in lines}
    return [
        TaxTotal(
            document=document,
            category_id=each.key,
            code=codes[each.key, each.percent],
            percent=each.percent,
            net_amount=each.net,
            tax_amount=each.tax,
            note=categories[each.key].note,
        )
        for each in taxes
    ]
