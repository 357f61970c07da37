"""How accounting programs lay out a line of a document: columns, and what stands in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from apps.billing.models import Document, Line

ADDRESS_LINES = 4
NOT_CODED = "(no code)"
XERO_COLUMNS = (
    "*ContactName,EmailAddress,POAddressLine1,POAddressLine2,POAddressLine3,POAddressLine4,"
    "POCity,PORegion,POPostalCode,POCountry,*InvoiceNumber,Reference,*InvoiceDate,*DueDate,Total,"
    "InventoryItemCode,*Description,*Quantity,*UnitAmount,Discount,*AccountCode,*TaxType,TaxAmount,"
    "TrackingName1,TrackingOption1,TrackingName2,TrackingOption2,Currency,BrandingTheme"
)
QUICKBOOKS_COLUMNS = (
    "*InvoiceNo,*Customer,*InvoiceDate,*DueDate,Terms,Location,Memo,Item(Product/Service),"
    "ItemDescription,ItemQuantity,ItemRate,*ItemAmount,*ItemTaxCode,ItemTaxAmount,Currency,"
    "Service Date"
)
QUICKBOOKS_SUMS = ("*ItemAmount", "ItemTaxAmount")


@dataclass(frozen=True, slots=True)
class Coded:
    """A line with what it is called there. Empty names: finance has not said them yet."""

    document: Document
    line: Line
    tax_amount: Decimal
    revenue: str
    tax: str
    dates: str

    @property
    def sign(self) -> int:
        return -1 if self.document.kind == Document.Kind.CREDIT_NOTE else 1

    def day(self, day: date | None) -> str:
        return day.strftime(self.dates) if day else ""

    @property
    def buyer(self) -> Mapping[str, Any]:
        buyer: Mapping[str, Any] = self.document.parties.get("buyer", {})
        return buyer

    @property
    def customer(self) -> str:
        return str(self.buyer.get("name") or self.document.account.name)

    @property
    def corrected(self) -> str:
        return (self.document.corrects.reference or "") if self.document.corrects else ""


def xero(coded: Coded) -> Sequence[Any]:
    """Return the line as Xero's import of sales invoices takes it."""
    line = coded.line
    address = str(coded.buyer.get("address") or "").splitlines()
    lines = [*address, *[""] * ADDRESS_LINES][:ADDRESS_LINES]
    return (
        coded.customer,
        coded.buyer.get("email") or "",
        *lines,
        *("", "", ""),
        coded.buyer.get("country") or "",
        coded.document.reference,
        coded.corrected,
        coded.day(coded.document.issued_on),
        coded.day(coded.document.due_on),
        *("", ""),
        line.title,
        1,
        coded.sign * line.net_amount,
        "",
        coded.revenue or NOT_CODED,
        coded.tax or NOT_CODED,
        coded.sign * coded.tax_amount,
        *("", "", "", ""),
        coded.document.currency,
        "",
    )


def quickbooks(coded: Coded) -> Sequence[Any]:
    """Return the line as QuickBooks Online's import of invoices takes it."""
    line = coded.line
    return (
        coded.document.reference,
        coded.customer,
        coded.day(coded.document.issued_on),
        coded.day(coded.document.due_on),
        *("", ""),
        coded.document.reason or coded.corrected,
        coded.revenue or NOT_CODED,
        line.title,
        1,
        line.net_amount,
        line.net_amount,
        coded.tax or NOT_CODED,
        coded.tax_amount,
        coded.document.currency,
        coded.day(line.ends_on),
    )
