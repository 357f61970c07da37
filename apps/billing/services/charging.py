"""From what events are worth to charges: the difference to what was charged before.

The caller holds the accounts, so that nobody else rates, waives or quotes there meanwhile.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from apps.billing.models import Charge, RatedEvent
from apps.billing.queries.credited import credited_by_hand
from apps.billing.queries.waived import approved_of
from apps.billing.rules.fees import HeldFor, Quote, Step
from apps.billing.rules.money import LARGEST, ZERO
from apps.billing.rules.rating import (
    back_already,
    difference,
    said_back,
    said_waived,
    waived_again,
)
from apps.contracts.models import Account

BATCH = 500
CHANGING = (
    "title",
    "kind",
    "version_id",
    "fee_id",
    "clause",
    "reading",
    "currency",
    "starts_on",
    "ends_on",
    "minutes",
    "asks",
    "worth_amount",
    "held_for",
    "explanation",
)


@dataclass(frozen=True, slots=True)
class Priced:
    """What an event is worth now, and what it is. ``facts`` are columns of ``RatedEvent``.

    ``back``: how much of what it is worth less credit notes by hand gave back already.
    ``billed_in`` is the currency that its account is billed in; "": none is known.
    """

    key: str
    facts: dict[str, Any]
    amount: Decimal | None
    steps: Sequence[Step]
    held_for: HeldFor = HeldFor.NOTHING
    incurred_on: date | None = None
    cites: str = ""
    back: Decimal = ZERO
    billed_in: str = ""


@dataclass(slots=True)
class Before:
    """An event as it stands, and what was charged of it so far, the latest on ``last_on``.

    ``credited`` is what credit notes by hand took back; it is read where less is due than before.
    ``approved`` is what its waivers come to; it is read where one was taken back.
    """

    event: RatedEvent
    amounts: list[Decimal] = field(default_factory=list)
    waived: Decimal = ZERO
    last_on: date = date.min
    credited: Decimal = ZERO
    was_taken_back: bool = False
    approved: Decimal = ZERO

    @property
    def charged(self) -> Decimal:
        """The sum of its charges: what it was last worth."""
        return sum(self.amounts, ZERO)

    @property
    def quote(self) -> Quote | None:
        """What a person named for it, if anybody did."""
        event = self.event
        if event.quoted_amount is None:
            return None
        currency = event.quoted_currency or ""
        return Quote(event.quoted_amount, event.quoted_minutes, currency, event.quoted_for)


def hold_accounts(pks: Iterable[int]) -> list[Account]:
    """Hold accounts until the transaction ends, in one order, so that nobody waits in a ring."""
    rows = Account.objects.select_for_update(no_key=True).filter(pk__in=set(pks))
    return list(rows.order_by("pk"))


def standing_of_events(**chosen: Any) -> dict[str, Before]:
    """Return key -> the event with its charges, in two or three queries.

    The caller holds the accounts.
    """
    held = RatedEvent.objects.select_for_update(no_key=True, of=("self",)).filter(**chosen)
    found = {event.pk: Before(event) for event in held.order_by("pk")}
    rows = Charge.objects.filter(event__in=found).order_by("pk") if found else Charge.objects.none()
    # Summed here: SQLite would add up floats.
    columns = ("event_id", "amount", "waived_amount", "incurred_on")
    for event_id, amount, waived, incurred_on in rows.values_list(*columns):
        there = found[event_id]
        there.amounts.append(amount)
        there.waived += waived
        there.was_taken_back |= waived < 0
        there.last_on = max(there.last_on, incurred_on)
    _read_approved([there for there in found.values() if there.was_taken_back])
    return {before.event.key: before for before in found.values()}


def _read_approved(found: Collection[Before]) -> None:
    approved = approved_of([there.event.pk for there in found]) if found else {}
    for there in found:
        there.approved = approved.get(there.event.pk, ZERO)


def charge(priced: Collection[Priced], before: dict[str, Before], *, at: datetime) -> int:
    """Write what events are worth now, and a charge for each difference; return how many.

    What is the same as before writes nothing. An amount beyond what a column holds is held for a
    person. What a credit note by hand gave back already is not given back again. ``before`` is
    what ``standing_of_events`` returned in this transaction.

    Clause: R-8, S-4, S-13.
    """
    new: list[RatedEvent] = []
    changed: list[RatedEvent] = []
    charges: list[Charge] = []
    for priced_one in _less_given_back([_bounded(one) for one in priced], before):
        there = before.get(priced_one.key)
        one = _in_its_currency(priced_one, there)
        if there is None:
            there = Before(RatedEvent(key=one.key, rated_at=at))
            before[one.key] = there
        if _take(there.event, one, at=at):
            (changed if there.event.pk else new).append(there.event)
        drawn = _difference(there, one, at=at)
        if drawn is not None:
            charges.append(drawn)
    RatedEvent.objects.bulk_create(new, batch_size=BATCH)
    fields = [*CHANGING, "rated_at", "revision"]
    RatedEvent.objects.bulk_update(changed, fields, batch_size=BATCH)
    for drawn in charges:
        drawn.event_id = drawn.event.pk
    # The number is unique: who rated without holding the account would be refused here.
    Charge.objects.bulk_create(charges, batch_size=BATCH)
    return len(charges)


def _bounded(one: Priced) -> Priced:
    if one.amount is None or abs(one.amount) <= LARGEST:
        return one
    text = "That is more than one charge holds: it waits for a quote."
    steps = [*one.steps, Step(one.cites, text)]
    return replace(one, amount=None, steps=steps, held_for=HeldFor.TERM)


def _in_its_currency(one: Priced, there: Before | None) -> Priced:
    """Hold a difference to what was charged in a currency that the account left since.

    What was charged stays in its currency, and a charge in it could not be invoiced any more. A
    quote of what was charged says that it stays so.
    """
    if there is None or not there.amounts or one.amount is None:
        return one
    currency, charged = there.event.currency, there.charged
    if one.billed_in in ("", currency) or one.amount + one.back == charged:
        return one
    asked = f"{one.amount} {currency}"
    facts = {**one.facts, "asks": asked}
    figures = {"charged": str(charged), "currency": currency, "billed_in": one.billed_in}
    quote = there.quote
    if quote is not None and (quote.amount, quote.currency, quote.asked) == (
        charged,
        currency,
        asked,
    ):
        text = "Quoted: it stays at the {charged} {currency} that were charged."
        stays = Step(one.cites, text, figures)
        return replace(one, amount=charged, back=ZERO, facts=facts, steps=[*one.steps, stays])
    text = (
        "{charged} {currency} of it were charged, and the account is billed in {billed_in} now:"
        " nothing is converted. Charge or credit the difference by hand, then quote {charged}"
        " {currency} here, so that it stays."
    )
    waits = Step(one.cites, text, figures)
    return replace(
        one,
        amount=None,
        back=ZERO,
        facts=facts,
        steps=[*one.steps, waits],
        held_for=HeldFor.TERM,
    )


def _less_given_back(priced: Sequence[Priced], before: dict[str, Before]) -> list[Priced]:
    """Return the same, and how much credit notes by hand gave back of what is worth less now."""
    less = [
        before[one.key]
        for one in priced
        if one.key in before and one.amount is not None and one.amount < before[one.key].charged
    ]
    credited = credited_by_hand([there.event.pk for there in less]) if less else {}
    for there in less:
        there.credited = credited.get(there.event.pk, ZERO)
    return [_given_back(one, before[one.key]) if one.key in before else one for one in priced]


def _given_back(one: Priced, before: Before) -> Priced:
    if one.amount is None or not before.credited:
        return one
    back = back_already(worth=one.amount, charged=before.charged, credited=before.credited)
    if not back:
        return one
    said = said_back(back, cites=one.cites, currency=before.event.currency)
    return replace(one, back=back, steps=[*one.steps, said])


def _take(event: RatedEvent, one: Priced, *, at: datetime) -> bool:
    """Put what is known now into an event; return whether that is anything new."""
    now = {
        **one.facts,
        "worth_amount": one.amount,
        "held_for": str(one.held_for),
        "explanation": [step.as_json() for step in one.steps],
    }
    if event.pk and all(getattr(event, name) == value for name, value in now.items()):
        return False
    for name, value in now.items():
        setattr(event, name, value)
    event.rated_at = at
    if event.pk:
        event.revision += 1
    return True


def _difference(before: Before, one: Priced, *, at: datetime) -> Charge | None:
    """Return the charge of what an event is worth more or less than before; None: nothing."""
    if one.amount is None:
        return None
    event, charged = before.event, before.charged
    amount = one.amount + one.back - charged
    if not amount:
        return None
    steps = difference(one.steps, worth=one.amount, charged=charged, cites=one.cites, back=one.back)
    owed = one.amount - before.credited
    waived = waived_again(amount=amount, worth=owed, waived=before.waived, approved=before.approved)
    if waived > 0:
        steps.append(said_waived(waived, cites=one.cites, currency=event.currency))
    state = Charge.State.WAIVED if waived == amount else Charge.State.READY
    return Charge(
        event=event,
        number=len(before.amounts) + 1,
        account_id=event.account_id,
        currency=event.currency,
        amount=amount,
        waived_amount=waived,
        state=state,
        # Never before what it corrects: a run through a day in between would give back too much.
        incurred_on=max(one.incurred_on or event.ends_on, before.last_on),
        explanation=[step.as_json() for step in steps],
        rated_at=at,
    )


def by_prefix(before: dict[str, Before]) -> dict[str, list[Before]]:
    """Return the first two parts of a key -> the events that begin with them."""
    found: dict[str, list[Before]] = defaultdict(list)
    for key, there in before.items():
        found[":".join(key.split(":")[:2])].append(there)
    return found
