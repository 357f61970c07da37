"""Amounts that a person names: a quote for work without a price, and a charge by hand."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from apps.billing.models import BillingProfile, Quote, RatedEvent
from apps.billing.queries.prices import currencies_of
from apps.billing.rules.fees import HeldFor, Step
from apps.billing.rules.money import CENT, ZERO
from apps.billing.services import plan_fees
from apps.billing.services.amounts import checked_amount, checked_reason
from apps.billing.services.charging import Priced, charge, hold_accounts, standing_of_events
from apps.billing.services.rating import rate_apart, rate_tickets
from apps.billing.services.refusal import BillingRefused
from apps.contracts.models import Account, User
from apps.tickets.models import Ticket

LONGEST_TITLE = 160  # characters
LONGEST_CLAUSE = 40
WAITING = (HeldFor.QUOTE, HeldFor.TERM)


@transaction.atomic
def quote(
    *, event: RatedEvent, amount: Decimal, reason: str, revision: int, by: User, at: datetime
) -> RatedEvent:
    """Name the amount of work that the policy has no price for; it is charged at once.

    It holds for the minutes that count now, and for what its terms ask now: anything else needs
    another quote. ``revision`` is the one that was read.

    Clause: S-13.1, R-9.

    :raises BillingRefused: it waits for no quote, it changed since it was read, the amount is none,
        or nobody says why.
    """
    now = _held(event)
    if now.kind == RatedEvent.Kind.MANUAL:
        raise BillingRefused("That is a charge by hand: give it another amount instead.")
    if now.held_for == HeldFor.FINDING:
        raise BillingRefused("It waits for a finding of fault, not for a quote.", clause="S-4")
    if now.held_for not in WAITING and now.quoted_amount is None:
        raise BillingRefused("The policy has a price for it: waive a part of the charge instead.")
    _check_unchanged(now, revision)
    now.quoted_amount = checked_amount(amount, least=ZERO)
    now.quoted_minutes, now.quoted_currency, now.quoted_for = now.minutes, now.currency, now.asks
    _write(now, reason=reason, by=by, at=at)
    if now.kind == RatedEvent.Kind.PER_ORDER and now.order_id is not None:
        plan_fees.rate_orders({now.order_id}, at=at)
    elif now.ticket_id is not None:
        rate_tickets({now.ticket_id}, at=at)
    elif now.order_id is not None:
        rate_apart({now.order_id}, at=at)
    now.refresh_from_db()
    return now


@transaction.atomic
def charge_by_hand(
    *,
    account: Account,
    title: str,
    amount: Decimal,
    incurred_on: date,
    reason: str,
    by: User,
    at: datetime,
    act_key: str,
    clause: str = "",
    ticket: Ticket | None = None,
) -> RatedEvent:
    """Charge something that no fee covers. The same ``act_key`` again is the same charge.

    Clause: V-3.4.6, S-13.

    :raises BillingRefused: nobody says how the account is billed, what it is or why; the amount or
        the day is none; or the ticket is another account's.
    """
    hold_accounts([account.pk])
    key = f"manual:{act_key}"
    known = RatedEvent.objects.filter(key=key).first()
    if known is not None:
        return known
    profile = BillingProfile.objects.filter(account=account).first()
    if profile is None:
        raise BillingRefused(f"Say first how {account} is billed: give it a billing profile.")
    if ticket is not None and ticket.account_id != account.pk:
        raise BillingRefused(f"{ticket.number} is a ticket of another account.")
    if incurred_on > at.date():
        raise BillingRefused("That day has not come: charge it then.")
    name, said = " ".join(title.split()), checked_reason(reason)
    if not name or len(name) > LONGEST_TITLE:
        raise BillingRefused(f"Say what it is, in at most {LONGEST_TITLE} characters.")
    if len(clause.strip()) > LONGEST_CLAUSE:
        raise BillingRefused(f"Name the clause in at most {LONGEST_CLAUSE} characters.")
    facts = {
        "account_id": account.pk,
        "ticket_id": ticket.pk if ticket else None,
        "order_id": ticket.order_id if ticket else None,
        "kind": RatedEvent.Kind.MANUAL,
        "title": name,
        "clause": clause.strip(),
        "currency": profile.currency,
        "starts_on": incurred_on,
        "ends_on": incurred_on,
        "quoted_amount": checked_amount(amount, least=CENT),
    }
    event = RatedEvent.objects.create(key=key, worth_amount=ZERO, rated_at=at, **facts)
    return _charge_by_hand(event, said, by=by, at=at)


@transaction.atomic
def amend_by_hand(
    *, event: RatedEvent, amount: Decimal, reason: str, revision: int, by: User, at: datetime
) -> RatedEvent:
    """Give a charge by hand another amount: the difference is charged or given back; 0: all of it.

    Clause: R-8.

    :raises BillingRefused: it is none by hand, it changed since it was read, the amount is none, or
        nobody says why.
    """
    now = _held(event)
    if now.kind != RatedEvent.Kind.MANUAL:
        raise BillingRefused("It was rated by the policy: waive a part of the charge instead.")
    billed_in = currencies_of([now.account_id]).get(now.account_id, now.currency)
    if billed_in != now.currency:
        raise BillingRefused(
            f"It was charged in {now.currency}, and the account is billed in {billed_in} now: give"
            " a credit note, or charge the rest by hand."
        )
    _check_unchanged(now, revision)
    now.quoted_amount = checked_amount(amount, least=ZERO)
    return _charge_by_hand(now, checked_reason(reason), by=by, at=at)


def _charge_by_hand(event: RatedEvent, reason: str, *, by: User, at: datetime) -> RatedEvent:
    amount = event.quoted_amount or ZERO
    _write(event, reason=reason, by=by, at=at)
    text = "{amount} {currency}, named by {who}: {reason}"
    figures = {
        "amount": str(amount),
        "currency": event.currency,
        "who": str(by),
        "reason": reason,
    }
    step = Step(event.clause, text, figures)
    before = standing_of_events(pk=event.pk)
    is_first = not before[event.key].amounts
    priced = Priced(
        key=event.key,
        facts={},
        amount=amount,
        steps=[step],
        cites=event.clause,
        incurred_on=event.ends_on if is_first else at.date(),
    )
    charge([priced], before, at=at)
    event.refresh_from_db()
    return event


def _held(event: RatedEvent) -> RatedEvent:
    """Return an event as it is now, held with its account until the transaction ends."""
    hold_accounts([event.account_id])
    return RatedEvent.objects.select_for_update(no_key=True).get(pk=event.pk)


def _check_unchanged(now: RatedEvent, revision: int) -> None:
    if now.revision != revision:
        raise BillingRefused("It was rated anew meanwhile. Look at it again, then decide.")


def _write(event: RatedEvent, *, reason: str, by: User, at: datetime) -> None:
    Quote.objects.create(
        event=event,
        amount=event.quoted_amount or ZERO,
        minutes=event.quoted_minutes,
        currency=event.currency,
        quoted_for=event.quoted_for,
        reason=checked_reason(reason),
        by=by,
        at=at,
    )
    event.revision += 1
    columns = ["quoted_amount", "quoted_minutes", "quoted_currency", "quoted_for", "revision"]
    event.save(update_fields=columns)
