"""Invoices and charges as they are sent. Amounts are decimal numbers, written as text."""

from datetime import date
from decimal import Decimal
from typing import Literal

from ninja import Field, Schema

from apps.api.shapes.tickets import StepShape


class DocumentShape(Schema):
    """An invoice or a credit note. What is open of a credit note is credit that is left."""

    reference: str
    kind: Literal["INVOICE", "CREDIT_NOTE"]
    state: Literal["SETTLED", "OVERDUE", "DISPUTED", "OPEN", "USED", "CREDIT"]
    issued_on: date
    due_on: date
    currency: str
    net_amount: Decimal
    tax_amount: Decimal
    total_amount: Decimal
    open_amount: Decimal = Field(description="What is still to be paid of it, or credit left.")
    disputed_amount: Decimal = Field(description="What of it is under dispute.")


class DocumentsShape(Schema):
    """Documents, the latest first; `next` begins the next page."""

    items: list[DocumentShape]
    next: str | None


class ChargedShape(Schema):
    """A part of a line, and why it costs what it does."""

    net_amount: Decimal
    why: list[StepShape]


class LineShape(Schema):
    """A line of a document, before tax."""

    position: int
    title: str
    clause: str
    starts_on: date | None
    ends_on: date | None
    net_amount: Decimal
    tax_percent: Decimal
    why: list[StepShape]
    charges: list[ChargedShape]


class TaxShape(Schema):
    """The tax on a document at one percentage."""

    code: str
    percent: Decimal
    net_amount: Decimal
    tax_amount: Decimal
    note: str


class WholeDocumentShape(DocumentShape):
    """A document with a page of its lines; `next_line` begins the next page of them."""

    lines: list[LineShape]
    next_line: int | None
    taxes: list[TaxShape]


class ChargeShape(Schema):
    """What the next invoice bills, and why it costs what it does."""

    title: str
    clause: str
    incurred_on: date
    currency: str
    net_amount: Decimal = Field(description="Less what was waived; below nought it is taken off.")
    why: list[StepShape]


class ChargesShape(Schema):
    """Charges, the latest first; `next` begins the next page."""

    items: list[ChargeShape]
    next: str | None
