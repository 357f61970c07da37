"""What drafts say: their lines and taxes, from what events come to. Many accounts at once.

Of an account what is more is one invoice, and what is less is one credit note beside it, whose
lines name those that they take back and are taxed as those were.

Clause: V-3.4.6, S-13, R-8.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from apps.billing.models import BillingProfile, Document, Line, RatedEvent, TaxTotal
from apps.billing.queries.credited import credited_sums
from apps.billing.rules.invoicing import taxes_of
from apps.billing.services.crediting_lines import Back, lines_taken_back
from apps.billing.services.taxing import put_sums, tax_rows, taxes_back

LESS_IS_DUE = "Less is due than was invoiced before."
Nets = Mapping[RatedEvent, Decimal]


@dataclass(frozen=True, slots=True)
class Drawn:
    """An account: how it is billed, what its events come to, the rate of its tax on the day."""

    profile: BillingProfile
    nets: Nets
    percent: Decimal


def write_drafts(accounts: Sequence[Drawn], **facts: object) -> list[Document]:
    """Write the drafts of accounts, an invoice before its credit note; return them.

    ``facts`` are columns that all of them share. The caller holds the accounts.

    Clause: V-3.4.6, S-13, R-8.
    """
    less = {event.pk: -net for each in accounts for event, net in each.nets.items() if net < 0}
    back = lines_taken_back(less) if less else {}
    drawn = [
        (Document(**facts, **told), lines)
        for each in accounts
        for told, lines in _documents(each, back)
    ]
    invoices = {line.credits.document_id for _, lines in drawn for line in lines if line.credits}
    before = credited_sums(invoices) if invoices else {}
    totals: list[TaxTotal] = []
    for document, lines in drawn:
        is_invoice = document.kind == Document.Kind.INVOICE
        taxes = taxes_of(_taxed(lines)) if is_invoice else taxes_back(lines, before)
        put_sums(document, lines, taxes)
        totals += tax_rows(document, lines, taxes)
    documents = Document.objects.bulk_create([document for document, _ in drawn])
    for document, lines in drawn:
        for line in lines:
            line.document = document
    Line.objects.bulk_create(line for _, lines in drawn for line in lines)
    for total in totals:
        total.document_id = total.document.pk
    TaxTotal.objects.bulk_create(totals)
    return documents


def _taxed(lines: Sequence[Line]) -> Iterator[tuple[int, Decimal, Decimal]]:
    for line in lines:
        yield line.tax_category_id, line.tax_percent, line.net_amount


def _documents(
    each: Drawn, back: Mapping[int, list[Back]]
) -> Iterator[tuple[dict[str, object], list[Line]]]:
    """Yield what the documents of an account are, with their lines."""
    profile = each.profile
    own = profile.tax_category
    more = {event: net for event, net in each.nets.items() if net > 0}
    if more:
        billed = {
            event: [Back(net, None, own, own.code, each.percent)] for event, net in more.items()
        }
        told = {
            "kind": Document.Kind.INVOICE,
            "series_id": profile.series_id,
            "tax_category_id": own.pk,
        }
        yield told | _of(profile, more), _lines(billed)
    less = {event: -net for event, net in each.nets.items() if net < 0}
    if less:
        parts = {
            event: back.get(event.pk) or [Back(amount, None, own, own.code, each.percent)]
            for event, amount in less.items()
        }
        told = {
            "kind": Document.Kind.CREDIT_NOTE,
            "series_id": profile.credit_series_id,
            "reason": LESS_IS_DUE,
            "corrects_id": _corrected(parts),
        }
        yield told | _of(profile, less), _lines(parts)


def _of(profile: BillingProfile, nets: Nets) -> dict[str, object]:
    return {
        "account_id": profile.account_id,
        "currency": profile.currency,
        "starts_on": min(event.starts_on for event in nets),
        "ends_on": max(event.ends_on for event in nets),
    }


def _corrected(parts: Mapping[RatedEvent, list[Back]]) -> int | None:
    """Return the invoice that a credit note corrects, if all of it is of that one."""
    lines = [each.line for several in parts.values() for each in several]
    invoices = {line.document_id if line else None for line in lines}
    return invoices.pop() if len(invoices) == 1 else None


def _lines(parts: Mapping[RatedEvent, list[Back]]) -> list[Line]:
    ordered = sorted(parts, key=lambda event: (event.starts_on, event.pk))
    pairs = [(event, part) for event in ordered for part in parts[event]]
    return [_line(place, event, part) for place, (event, part) in enumerate(pairs, start=1)]


def _line(place: int, event: RatedEvent, part: Back) -> Line:
    return Line(
        position=place,
        event=event,
        credits=part.line,
        kind=event.kind,
        title=event.title,
        clause=event.clause,
        starts_on=event.starts_on,
        ends_on=event.ends_on,
        net_amount=part.amount,
        tax_category=part.category,
        tax_code=part.code,
        tax_percent=part.percent,
    )
