"""Credit notes by hand: so much of these lines of an invoice is taken back, and why.

Clause: V-3.4.6, S-13.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from apps.billing.models import BillingProfile, Document, Line
from apps.billing.queries.credited import IS_CHARGED, credited_of, left_to_take_back, taken_of
from apps.billing.rules.invoicing import may_be_credited
from apps.billing.rules.money import CENT, LARGEST, ZERO
from apps.billing.services.holding import hold_account
from apps.billing.services.refusal import BillingRefused
from apps.billing.services.taxing import tax_draft
from apps.contracts.models import User

LONGEST_REASON = 250  # characters


@transaction.atomic
def draft_credit_note(
    *,
    invoice: Document,
    amounts: Mapping[int, Decimal],
    reason: str,
    at: datetime,
    by: User | None,
) -> Document:
    """Draft a credit note over lines of an invoice: line id -> how much of its net goes back.

    It is in the invoice's currency, also where the account is billed in another one by now. What is
    left of it then is credit in the old one, to be given back: nothing is converted.

    Each line is taxed as the line that it takes back, and over the whole invoice exactly its tax
    goes back.

    Clause: V-3.4.6, S-13.

    :raises BillingRefused: it is not a final invoice, a line is of another document, more would go
        back than is left of a line, nothing would, or no reason is given.
    """
    account = hold_account(invoice.account)
    if invoice.state != Document.State.FINAL or invoice.kind != Document.Kind.INVOICE:
        raise BillingRefused(f"{invoice} is no final invoice: only those are credited.")
    reason = _reason(reason)
    lines = {line.pk: line for line in invoice.lines.all()}
    _check(invoice, lines, amounts)
    profile = BillingProfile.objects.filter(account=account).first()
    if profile is None:
        raise BillingRefused(f"{account} has no billing profile. Add one first.")
    document = Document.objects.create(
        kind=Document.Kind.CREDIT_NOTE,
        account=account,
        series_id=profile.credit_series_id,
        currency=invoice.currency,
        corrects=invoice,
        reason=reason,
        starts_on=invoice.starts_on,
        ends_on=invoice.ends_on,
        drafted_at=at,
        drafted_by=by,
    )
    taken = [(line, amounts[key]) for key, line in lines.items() if key in amounts]
    Line.objects.bulk_create(
        _line(document, place, line, amount) for place, (line, amount) in enumerate(taken, start=1)
    )
    tax_draft(document, on=invoice.issued_on or at.date())
    return document


def all_that_is_left(invoice: Document) -> Mapping[int, Decimal]:
    """Return line -> what was not taken back of it yet: the amounts that credit all of it.

    Clause: V-3.4.6, S-13.
    """
    lines = list(invoice.lines.order_by("position"))
    left = left_to_take_back(lines, credited_of([line.pk for line in lines]))
    return {key: amount for key, amount in left.items() if amount}


def more_than_is_left(note: Document) -> str:
    """Return why a draft by hand takes back too much as things stand now, or nothing.

    Since it was drafted its work may have been rated to less, which goes back by itself. The caller
    holds the account.

    Clause: V-3.4.6, S-13, R-8.
    """
    rows = note.lines.filter(~IS_CHARGED, credits__isnull=False).select_related("credits")
    wanted = [(row.credits, row.net_amount) for row in rows if row.credits is not None]
    lines = [line for line, _ in wanted]
    left = left_to_take_back(lines, taken_of([line.pk for line in lines])) if lines else {}
    for line, amount in wanted:
        if abs(amount) > abs(left[line.pk]):
            return (
                f"{amount} {note.currency} of “{line.title}” would be taken back, and"
                f" {left[line.pk]} is left: the rest was given back or rated to less since."
                " Discard the draft, and credit what is left if it is still agreed."
            )
    return ""


def _reason(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise BillingRefused("Say why the credit note is given.")
    if len(reason) > LONGEST_REASON:
        raise BillingRefused(f"The reason is longer than {LONGEST_REASON} characters.")
    return reason


def _check(invoice: Document, lines: Mapping[int, Line], amounts: Mapping[int, Decimal]) -> None:
    """Let amounts pass that are left of the invoice's lines.

    :raises BillingRefused: they are not.
    """
    strange = [key for key in amounts if key not in lines]
    if strange:
        raise BillingRefused(f"A line of another document cannot be credited on {invoice}.")
    for key, amount in amounts.items():
        is_money = amount.is_finite() and abs(amount) <= LARGEST
        if not is_money or amount != amount.quantize(CENT):
            raise BillingRefused(
                f"“{lines[key].title}”: {amount} is no amount in whole cents. Write it as 12.50."
            )
    left = left_to_take_back([lines[key] for key in amounts], credited_of(list(amounts)))
    for key, amount in amounts.items():
        line = lines[key]
        if not may_be_credited(amount, left=left[key]):
            raise BillingRefused(
                f"“{line.title}” has {left[key]} {invoice.currency} left of"
                f" {line.net_amount} to be credited, so {amount} cannot be."
            )
    if sum(amounts.values(), ZERO) <= 0:
        raise BillingRefused("Credit more than nothing.")


def _line(document: Document, place: int, line: Line, amount: Decimal) -> Line:
    figures = {"amount": str(amount), "net": str(line.net_amount), "reason": document.reason}
    text = "{amount} of {net} is taken back: {reason}"
    return Line(
        document=document,
        position=place,
        event_id=line.event_id,
        credits=line,
        kind=line.kind,
        title=line.title,
        clause=line.clause,
        starts_on=line.starts_on,
        ends_on=line.ends_on,
        net_amount=amount,
        tax_category_id=line.tax_category_id,
        tax_code=line.tax_code,
        tax_percent=line.tax_percent,
        explanation=[{"clause": line.clause, "text": text, "figures": figures}],
    )
