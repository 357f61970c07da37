"""What each button of a rated event's page does."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied

from apps.billing.models import Charge, RatedEvent, WaiverRequest
from apps.billing.rules.bank_cells import POINT, amount_in
from apps.billing.services import quoting, waiving
from apps.billing.services.refusal import BillingRefused
from apps.contracts.admin.keys import key_in
from apps.contracts.models import User

# What who does it has to hold.
MAY = {
    "quote": "billing.add_quote",
    "amend": "billing.add_manual_charge",
    "ask": "billing.add_waiverrequest",
    "approve": "billing.change_waiverrequest",
    "decline": "billing.change_waiverrequest",
    "withdraw": "billing.add_waiverrequest",
}
Given = Mapping[str, Any]


def _amount(given: Given) -> Decimal:
    try:
        return amount_in(str(given.get("amount", "")), decimal=POINT)
    except ValueError as error:
        raise BillingRefused(str(error)) from None


def _said(event: RatedEvent, given: Given) -> dict[str, Any]:
    return {
        "event": event,
        "amount": _amount(given),
        "reason": str(given.get("reason", "")),
        "revision": key_in(str(given.get("revision", ""))) or 0,
    }


def _quote(event: RatedEvent, given: Given, by: User, at: datetime) -> str:
    now = quoting.quote(**_said(event, given), by=by, at=at)
    return f"Quoted: {now.quoted_amount:,.2f} {now.currency}. It is charged."


def _amend(event: RatedEvent, given: Given, by: User, at: datetime) -> str:
    now = quoting.amend_by_hand(**_said(event, given), by=by, at=at)
    return f"It is worth {now.worth_amount:,.2f} {now.currency} now; the difference is charged."


def _ask(event: RatedEvent, given: Given, by: User, at: datetime) -> str:
    charge = Charge.objects.filter(event=event, pk=key_in(str(given.get("charge", "")))).first()
    if charge is None:
        raise BillingRefused("Choose the charge.")
    amount, reason = _amount(given), str(given.get("reason", ""))
    waiving.ask_waiver(charge=charge, amount=amount, reason=reason, by=by, at=at)
    return "Asked for: it counts once somebody else approves it."


def _request(event: RatedEvent, given: Given) -> WaiverRequest:
    rows = WaiverRequest.objects.select_related("charge").filter(charge__event=event)
    found = rows.filter(pk=key_in(str(given.get("request", "")))).first()
    if found is None:
        raise BillingRefused("That waiver is not of this event: look at the page again.")
    return found


def _approve(event: RatedEvent, given: Given, by: User, at: datetime) -> str:
    waiver = waiving.approve_waiver(request=_request(event, given), by=by, at=at)
    return f"Waived: {waiver.amount:,.2f} {event.currency}."


def _decline(event: RatedEvent, given: Given, by: User, at: datetime) -> str:
    why = str(given.get("reason", ""))
    waiving.decline_waiver(request=_request(event, given), why=why, by=by, at=at)
    return "Declined: the charge stays."


def _withdraw(event: RatedEvent, given: Given, by: User, at: datetime) -> str:
    waiving.withdraw_waiver(request=_request(event, given), by=by, at=at)
    return "Taken back: the charge stays."


Act = Callable[[RatedEvent, Given, User, datetime], str]


def _allowed(name: str, act: Act) -> Act:
    def do(event: RatedEvent, given: Given, by: User, at: datetime) -> str:
        if not by.has_perm(MAY[name]):
            raise PermissionDenied
        return act(event, given, by, at)

    return do


ACTS: dict[str, Act] = {
    name: _allowed(name, act)
    for name, act in [
        ("quote", _quote),
        ("amend", _amend),
        ("ask", _ask),
        ("approve", _approve),
        ("decline", _decline),
        ("withdraw", _withdraw),
    ]
}
