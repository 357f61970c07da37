"""What a document says besides its lines: both parties, and the terms that it rests on.

At finalisation this is copied into the document; the preview of a draft shows it as it is now.

Clause: V-1.2, V-3.4.6, S-13.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.billing.models import BillingProfile, Document, Line, TaxTotal
from apps.contracts.models import Order

LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Printed:
    """The copies that a final document keeps."""

    parties: Mapping[str, Any]
    terms: Mapping[str, Any]


def printed_of(
    documents: Sequence[Document], profiles: Mapping[int, BillingProfile]
) -> Mapping[int, Printed]:
    """Return document -> what it says, for several at once.

    ``profiles`` are by account, with both series and their sellers.

    Clause: V-1.2, V-3.4.6.
    """
    keys = [document.pk for document in documents]
    orders, notes = _orders_of(keys), _notes_of(keys)
    credit_notes = [each.pk for each in documents if each.kind == Document.Kind.CREDIT_NOTE]
    corrected = _corrected_by(credit_notes) if credit_notes else {}
    return {
        document.pk: Printed(
            parties=_parties(document, profiles[document.account_id]),
            terms={
                "payment_days": profiles[document.account_id].payment_days,
                "orders": orders[document.pk],
                "language": next((each["language"] for each in orders[document.pk]), LANGUAGE),
                "notes": notes.get(document.pk, []),
                "corrects": corrected.get(document.pk, []),
            },
        )
        for document in documents
    }


def printed_now(document: Document) -> Printed:
    """Return what a document says: its copies once it is final, else what would be copied now.

    Clause: V-1.2, V-3.4.6.
    """
    if document.state == Document.State.FINAL:
        return Printed(document.parties, document.terms)
    profile = profiles_of([document.account_id]).get(document.account_id)
    if profile is None:
        return Printed({"seller": {}, "buyer": {"name": str(document.account)}}, {})
    return printed_of([document], {document.account_id: profile})[document.pk]


def profiles_of(accounts: Sequence[int]) -> Mapping[int, BillingProfile]:
    """Return account -> its profile, with all that a document prints of it.

    Clause: V-3.4.6.
    """
    rows = BillingProfile.objects.filter(account__in=accounts).select_related(
        "account", "series__seller", "credit_series__seller", "tax_category"
    )
    return {profile.account_id: profile for profile in rows}


def _parties(document: Document, profile: BillingProfile) -> Mapping[str, Any]:
    is_credit = document.kind == Document.Kind.CREDIT_NOTE
    seller = (profile.credit_series if is_credit else profile.series).seller
    return {
        "seller": {
            "name": seller.name,
            "address": seller.address,
            "country": seller.country,
            "tax_number": seller.tax_number,
            "email": seller.email,
            "bank_details": seller.bank_details,
            "note": seller.note,
        },
        "buyer": {
            "name": profile.legal_name,
            "address": profile.address,
            "country": profile.country,
            "tax_number": profile.tax_number,
            "email": profile.email,
            "reference": profile.buyer_reference,
        },
    }


def _orders_of(documents: Sequence[int]) -> Mapping[int, list[dict[str, str]]]:
    pairs = Line.objects.filter(document__in=documents, event__order__isnull=False)
    found = set(pairs.order_by().values_list("document", "event__order").distinct())
    orders = (
        Order.objects.filter(pk__in={order for _, order in found})
        .select_related("plan", "version")
        .defer("version__source")
        .in_bulk()
    )
    told: dict[int, list[dict[str, str]]] = defaultdict(list)
    for document, key in sorted(found):
        order = orders[key]
        told[document].append(
            {
                "number": order.number,
                "plan": order.plan.title,
                "policy": order.version.title,
                "version": str(order.version.number),
                "language": order.version.language,
            }
        )
    return told


def _notes_of(documents: Sequence[int]) -> Mapping[int, list[dict[str, str]]]:
    told: dict[int, list[dict[str, str]]] = defaultdict(list)
    rows = TaxTotal.objects.filter(document__in=documents).exclude(note="").order_by("pk")
    for document, code, note in rows.values_list("document", "code", "note"):
        told[document].append({"code": code, "note": note})
    return told


def _corrected_by(documents: Sequence[int]) -> Mapping[int, list[str]]:
    told: dict[int, list[str]] = defaultdict(list)
    rows = Line.objects.filter(document__in=documents, credits__isnull=False).order_by("pk")
    for document, reference in rows.values_list("document", "credits__document__reference"):
        if reference and reference not in told[document]:
            told[document].append(reference)
    return told
