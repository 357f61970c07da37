"""Letting a client off a charge: asked for by one person, approved by another."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from apps.billing.models import Charge, Waiver, WaiverRequest
from apps.billing.rules.money import CENT, ZERO
from apps.billing.services.amounts import checked_amount, checked_reason
from apps.billing.services.charging import hold_accounts
from apps.billing.services.refusal import BillingRefused
from apps.contracts.models import User

State = WaiverRequest.State
MAY_APPROVE_OWN = "billing.approve_own_waiver"


@transaction.atomic
def ask_waiver(
    *, charge: Charge, amount: Decimal, reason: str, by: User, at: datetime
) -> WaiverRequest:
    """Ask that a client be let off a charge, or a part of it. It counts once it is approved.

    Clause: S-13, S-4.

    :raises BillingRefused: it stands on an invoice, is waived or settled already; less is left to
        waive; somebody asked already; or nobody says why.
    """
    now = _held(charge)
    said = checked_reason(reason)
    _check(now, checked_amount(amount, least=CENT))
    if now.waiver_requests.filter(state=State.ASKED).exists():
        raise BillingRefused("A waiver of this charge waits for a decision already.")
    return WaiverRequest.objects.create(
        charge=now, amount=amount, reason=said, asked_by=by, asked_at=at
    )


@transaction.atomic
def approve_waiver(*, request: WaiverRequest, by: User, at: datetime) -> Waiver:
    """Approve a waiver: from now on so much less is billed.

    Clause: S-13, S-4.

    :raises BillingRefused: it is decided already; who approves has asked for it and may not; or it
        does not fit the charge any more.
    """
    charge, request = _held(request.charge), _undecided(request)
    if request.asked_by_id == by.pk and not by.has_perm(MAY_APPROVE_OWN):
        raise BillingRefused("You asked for it: somebody else approves it.")
    _check(charge, request.amount)
    waived = charge.waived_amount + request.amount
    state = Charge.State.WAIVED if waived == charge.amount else Charge.State.READY
    rows = Charge.objects.filter(pk=charge.pk, state=Charge.State.READY)
    if not rows.update(waived_amount=waived, state=state):
        raise BillingRefused("The charge was billed meanwhile: give a credit note instead.")
    _decide(request, State.APPROVED, "", by=by, at=at)
    return Waiver.objects.create(
        charge=charge,
        amount=request.amount,
        reason=request.reason,
        asked_by=request.asked_by,
        approved_by=by,
        at=at,
    )


@transaction.atomic
def decline_waiver(*, request: WaiverRequest, why: str, by: User, at: datetime) -> None:
    """Decline a waiver: the charge stays as it is.

    Clause: S-13, S-4.

    :raises BillingRefused: it is decided already, or nobody says why.
    """
    _held(request.charge)
    _decide(_undecided(request), State.DECLINED, checked_reason(why), by=by, at=at)


@transaction.atomic
def withdraw_waiver(*, request: WaiverRequest, by: User, at: datetime) -> None:
    """Take back that a waiver was asked for.

    Clause: S-13, S-4.

    :raises BillingRefused: it is decided already, or somebody else asked for it.
    """
    _held(request.charge)
    now = _undecided(request)
    if now.asked_by_id != by.pk:
        raise BillingRefused("Somebody else asked for it: decline it instead.")
    _decide(now, State.WITHDRAWN, "", by=by, at=at)


def _held(charge: Charge) -> Charge:
    """Return a charge as it is now, held with its account until the transaction ends."""
    hold_accounts([charge.account_id])
    rows = Charge.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("event", "line__document").get(pk=charge.pk)


def _undecided(request: WaiverRequest) -> WaiverRequest:
    rows = WaiverRequest.objects.select_for_update(no_key=True, of=("self",))
    now = rows.select_related("asked_by", "decided_by").get(pk=request.pk)
    if now.state != State.ASKED:
        raise BillingRefused(f"It was {now.get_state_display().lower()} by {now.decided_by}.")
    return now


def _check(charge: Charge, amount: Decimal) -> None:
    """Refuse what cannot be waived of a held charge."""
    if charge.line is not None:
        where = charge.line.document.reference
        raise BillingRefused(
            f"It stands on invoice {where}: give a credit note for it instead."
            if where
            else "It stands on the draft of an invoice: take it off there, or discard the draft."
        )
    if charge.state != Charge.State.READY:
        raise BillingRefused(f"Nothing of it is billed: {charge.get_state_display().lower()}.")
    left = min(charge.amount - charge.waived_amount, _left_of_event(charge))
    if left <= 0:
        raise BillingRefused("It comes to nothing: there is nothing to waive.")
    if amount > left:
        raise BillingRefused(f"At most {left} {charge.currency} of it can be waived.")


def _left_of_event(charge: Charge) -> Decimal:
    """Return what its event comes to: what was given back since is not waived as well."""
    rows = Charge.objects.filter(event=charge.event_id)
    pairs = rows.values_list("amount", "waived_amount")
    # Summed here: SQLite would add up floats.
    return sum((amount - waived for amount, waived in pairs), ZERO)


def _decide(request: WaiverRequest, state: str, words: str, *, by: User, at: datetime) -> None:
    request.state, request.decision = state, words
    request.decided_by, request.decided_at = by, at
    request.save(update_fields=["state", "decision", "decided_by", "decided_at"])
