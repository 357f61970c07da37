"""Invoices and charges as they are sent. Amounts are decimal numbers, written as text."""

from datetime import date
from decimal import Decimal
from typing import Literal

from ninja import Schema

from apps.api.shapes.parts import AMOUNT, Next, part
from apps.api.shapes.tickets import StepShape

DAY = "2026-03-04"
COUNTED = {"sentence": "60 min at 125.00 USD an hour: 125.00 USD.", "clause": "S-13, R-8"}
WORKED = "Professional services and custom programming, FL-000012"


class DocumentShape(Schema):
    """An invoice or a credit note. What is open of a credit note is credit that is left."""

    reference: str = part("Its number, as it is printed.", "INV-000008")
    kind: Literal["INVOICE", "CREDIT_NOTE"] = part("Which of the two it is.", "INVOICE")
    state: Literal["SETTLED", "OVERDUE", "DISPUTED", "OPEN", "USED", "CREDIT"] = part(
        "Of an invoice: `OPEN` is to be paid, `OVERDUE` was to be paid already, of a `DISPUTED` one"
        " all that is open is under dispute, of a `SETTLED` one nothing is open. Of a credit note:"
        " `CREDIT` is left, or all is `USED`.",
        "OPEN",
    )
    issued_on: date = part("The date of it.", DAY)
    due_on: date = part("The last day on which it is paid in time.", "2026-03-18")
    currency: str = part("Of all its amounts: ISO 4217.", "USD")
    net_amount: Decimal = part("Before tax.", AMOUNT)
    tax_amount: Decimal = part("Tax.", "11.09")
    total_amount: Decimal = part("With tax.", "136.09")
    open_amount: Decimal = part("What is still to be paid of it, or credit left.", "136.09")
    disputed_amount: Decimal = part("What of it is under dispute.", "0.00")


class DocumentsShape(Schema):
    """Invoices and credit notes."""

    items: list[DocumentShape] = part("The latest first.")
    next: Next


class ChargedShape(Schema):
    """A part of a line, and why it costs what it does."""

    net_amount: Decimal = part("Before tax, less what was waived.", AMOUNT)
    why: list[StepShape] = part("The arithmetic, step by step.", [COUNTED])


class LineShape(Schema):
    """A line of a document, before tax."""

    position: int = part("Its place, from 1 on.", 1)
    title: str = part("What it is for.", WORKED)
    clause: str = part("What in the policy it rests on; empty: it was agreed apart.", "S-13")
    starts_on: date | None = part("The first day that it bills; null: it has no days.", DAY)
    ends_on: date | None = part("The last day that it bills.", DAY)
    net_amount: Decimal = part("Before tax.", AMOUNT)
    tax_percent: Decimal = part("Per cent of tax on it.", "8.875")
    why: list[StepShape] = part("Why it is billed; its charges have the arithmetic.", [])
    charges: list[ChargedShape] = part("What it is a sum of.")


class TaxShape(Schema):
    """The tax on a document at one percentage."""

    code: str = part("Its category, by the letter of UNCL 5305.", "S")
    percent: Decimal = part("Per cent.", "8.875")
    net_amount: Decimal = part("What it is on.", AMOUNT)
    tax_amount: Decimal = part("The tax.", "11.09")
    note: str = part("What the law has to be told of it; may be empty.", "")


class WholeDocumentShape(DocumentShape):
    """A document with a page of its lines."""

    lines: list[LineShape] = part("By their position, at most 100.")
    next_line: int | None = part(
        "Send it as `from_line` for the next page of lines; null: there are no more.", None
    )
    taxes: list[TaxShape] = part("What `tax_amount` is a sum of.")


class ChargeShape(Schema):
    """What the next invoice bills, and why it costs what it does."""

    title: str = part("What it is for.", WORKED)
    clause: str = part("What in the policy it rests on; empty: it was agreed apart.", "S-13")
    incurred_on: date = part("The day on which it came up.", DAY)
    currency: str = part("ISO 4217.", "USD")
    net_amount: Decimal = part(
        "Before tax, less what was waived; below nought it is taken off.", AMOUNT
    )
    why: list[StepShape] = part("The arithmetic, step by step.", [COUNTED])


class ChargesShape(Schema):
    """Charges that are on no invoice yet."""

    items: list[ChargeShape] = part("The latest first.")
    next: Next
