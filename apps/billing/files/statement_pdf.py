"""The statement of account as a PDF: typst takes the words as data, never as markup.

Clause: V-3.4.6, S-12.
"""

import json
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, cast

import typst
from django.conf import settings

from apps.billing.models import BillingProfile
from apps.billing.queries.reports.shape import Asked
from apps.billing.queries.reports.statement import KINDS, statement_rows
from apps.contracts.models import Account

TEMPLATE = "statement.typ"


def statement_pdf(asked: Asked) -> bytes:
    """Return the statement of the account that is asked for.

    Clause: V-3.4.6.
    """
    folder = settings.BASE_DIR / "templates" / "typst"
    return _compiled(folder, json.dumps(document(asked)))


def document(asked: Asked) -> dict[str, Any]:
    """Return what the template is told, in words.

    Clause: V-3.4.6.
    """
    account = Account.objects.get(pk=cast(int, asked.account_id))
    profile = (
        BillingProfile.objects.select_related("series__seller").filter(account=account).first()
    )
    currencies: dict[str, list[list[str]]] = {}
    closing: dict[str, str] = {}
    for on, kind, reference, due_on, currency, debit, credit, balance in statement_rows(asked):
        currencies.setdefault(currency, []).append(
            [
                _day(on),
                KINDS[kind],
                reference,
                _day(due_on),
                _amount(debit),
                _amount(credit),
                _amount(balance),
            ]
        )
        closing[currency] = _amount(balance)
    seller = profile.series.seller if profile else None
    return {
        "account": profile.legal_name if profile else account.name,
        "address": profile.address.splitlines() if profile else [],
        "seller": seller.name if seller else "",
        "seller_address": seller.address.splitlines() if seller else [],
        "bank": seller.bank_details.splitlines() if seller else [],
        "since": _day(asked.since),
        "until": _day(asked.until),
        "currencies": [
            {"currency": currency, "rows": rows, "closing": closing[currency]}
            for currency, rows in currencies.items()
        ],
    }


def _day(day: date | None) -> str:
    return f"{day.day} {day:%b %Y}" if day else ""


def _amount(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:,.2f}"


def _compiled(folder: Path, facts: str) -> bytes:
    return typst.compile(
        str(folder / TEMPLATE),
        root=str(folder),
        format="pdf",
        font_paths=_fonts(),
        sys_inputs={"statement": facts},
    )


@cache
def _fonts() -> typst.Fonts:
    """Return the fonts, looked for once."""
    return typst.Fonts()
