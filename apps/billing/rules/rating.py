"""What a total of minutes is worth under a fee, and why.

Pure functions of a fee and a total: entries in whatever order, logged late or corrected, come out
the same, and what is charged is the difference to what was charged before.

Clause: S-2.1, S-4, S-10, S-13, S-13.1, V-6.3, R-7, R-8, R-9.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from apps.billing.rules.fees import Fee, Finding, HeldFor, Quote, Step, Worth
from apps.billing.rules.money import ZERO, to_cents

HOUR = 60  # minutes


def rate(
    fee: Fee, *, minutes: int, currency: str, quote: Quote | None = None, billed_in: str = ""
) -> Worth:
    """Return what so many minutes that count are worth under a fee.

    ``quote`` is an amount that a person named for work that the policy has no price for; more
    minutes than it was named for wait for another one. It is in ``billed_in``, where that is
    another currency than the policy's.

    Clause: S-4, S-10, S-13, S-13.1, V-6.3, R-7, R-8, R-9.
    """
    if not minutes:
        return Worth(ZERO, 0, [Step(fee.cites, "No time counts: nothing is charged.")])
    if fee.kind == "tiers":
        return _tiers(fee, minutes, currency, billed_in or currency, quote)
    if fee.kind in _KINDS:
        return _KINDS[fee.kind](fee, minutes, currency)
    return _without_a_price(fee, minutes, billed_in or currency, quote)


def _hourly(fee: Fee, minutes: int, currency: str) -> Worth:
    rate_of_hour = Decimal(fee.terms["hourly_amount"])
    increment, minimum = fee.terms["increment_minutes"], fee.terms["minimum_minutes"]
    rounded = -(-minutes // increment) * increment
    billed = max(rounded, minimum)
    steps = []
    if rounded != minutes:
        text = "{minutes} min are rounded up to a multiple of {increment} min: {rounded} min."
        figures = {"minutes": minutes, "increment": increment, "rounded": rounded}
        steps.append(_step(fee, text, figures))
    if billed != rounded:
        steps.append(
            _step(fee, "At least {minimum} min are charged for all of it.", {"minimum": minimum})
        )
    amount = to_cents(rate_of_hour * billed / HOUR)
    text = "{billed} min at {rate} {currency} an hour: {amount} {currency}."
    figures = {"billed": billed, "rate": rate_of_hour, "currency": currency, "amount": amount}
    return Worth(amount, minutes, [*steps, _step(fee, text, figures)])


def _tiers(fee: Fee, minutes: int, currency: str, billed_in: str, quote: Quote | None) -> Worth:
    tiers = fee.terms["tiers"]
    for tier in tiers:
        if tier["from_minutes"] <= minutes <= tier["to_minutes"]:
            amount = to_cents(Decimal(tier["amount"]))
            text = "{minutes} min lie in {first} to {last} min: {amount} {currency}."
            figures = {
                "minutes": minutes,
                "first": tier["from_minutes"],
                "last": tier["to_minutes"],
                "amount": amount,
                "currency": currency,
            }
            return Worth(amount, minutes, [_step(fee, text, figures)])
    cites = ", ".join(filter(None, [fee.clause, fee.terms.get("over_last_tier_reading")]))
    text = "The price list ends at {last} min, and {minutes} min count: it waits for a quote."
    figures = {"last": tiers[-1]["to_minutes"], "minutes": minutes}
    waits = Step(cites, text, _texts(figures))
    return quoted(waits, HeldFor.QUOTE, minutes=minutes, currency=billed_in, quote=quote)


def _free(fee: Fee, minutes: int, currency: str) -> Worth:
    text = "Work of this kind costs nothing: {minutes} min, {amount} {currency}."
    return Worth(ZERO, minutes, [_step(fee, text, _nothing(minutes, currency))])


def _allowance(fee: Fee, minutes: int, currency: str) -> Worth:
    text = "{minutes} min count against hours that the plan includes: {amount} {currency}."
    return Worth(ZERO, minutes, [_step(fee, text, _nothing(minutes, currency))])


def _without_a_price(fee: Fee, minutes: int, billed_in: str, quote: Quote | None) -> Worth:
    text = "“{fee}” has no price for time worked: it waits for a quote."
    waits = Step(fee.cites, text, {"fee": fee.title})
    return quoted(waits, HeldFor.TERM, minutes=minutes, currency=billed_in, quote=quote)


_KINDS: Mapping[str, Callable[[Fee, int, str], Worth]] = {
    "hourly": _hourly,
    "free": _free,
    "allowance": _allowance,
}


def quoted(
    waits: Step,
    held_for: HeldFor,
    *,
    minutes: int,
    currency: str,
    quote: Quote | None,
    asked: str = "",
) -> Worth:
    """Return what a price that waits for a person is worth: what was quoted for it, if that holds.

    ``currency`` is that of the quote, and ``asked`` what the terms ask in their own. A quote in
    another currency, for something else, or for fewer minutes waits for another one: nothing is
    guessed.

    Clause: S-13.1, V-3.4.6, R-9.
    """
    if quote is None:
        return Worth(None, minutes, [waits], held_for, asked)
    figures = {
        "amount": quote.amount,
        "quoted_in": quote.currency,
        "currency": currency,
        "before": quote.asked or "no price",
        "asked": asked or "no price",
        "quoted": quote.minutes,
        "minutes": minutes,
    }
    text, holds = _of_quote(quote, currency=currency, asked=asked, minutes=minutes)
    said = Step(waits.clause, text, _texts(_named_in(text, figures)))
    steps = [waits, said]
    if not holds:
        return Worth(None, minutes, steps, held_for, asked)
    return Worth(quote.amount, minutes, steps, asked=asked)


def _of_quote(quote: Quote, *, currency: str, asked: str, minutes: int) -> tuple[str, bool]:
    """Return what is to be said of a quote, and whether it holds."""
    if quote.currency and quote.currency != currency:
        return "It was quoted in {quoted_in}, not in {currency}: it needs another quote.", False
    if quote.asked is not None and quote.asked != asked:
        text = "It was quoted for {before}, and {asked} is asked now: it needs another quote."
        return text, False
    if quote.asked:
        return "Quoted: {amount} {currency}, for {asked}.", True
    if minutes > quote.minutes:
        text = "It was quoted for {quoted} min; now {minutes} min count: it needs another quote."
        return text, False
    return "Quoted: {amount} {currency}, for {quoted} min.", True


def _named_in(text: str, figures: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in figures.items() if f"{{{name}}}" in text}


def in_other_currency(
    worth: Worth, *, currency: str, billed_in: str, clause: str, quote: Quote | None
) -> Worth:
    """Return what is due of an amount in the policy's currency, billed in another one.

    Nothing is converted: it waits for a quote. What was quoted is in the other one already.

    Clause: V-3.4.6, S-13.
    """
    if currency == billed_in or not worth.amount or worth.asked is not None:
        return worth
    text = "The policy's prices are in {currency}, and the account is billed in {billed_in}."
    waits = Step(clause, text, {"currency": currency, "billed_in": billed_in})
    asked = f"{worth.amount} {currency}"
    held = quoted(
        waits,
        HeldFor.TERM,
        minutes=worth.minutes,
        currency=billed_in,
        quote=quote,
        asked=asked,
    )
    return replace(held, steps=[*worth.steps, *held.steps])


def after_finding(
    worth: Worth, *, finding: Finding, clause: str, bill_before: bool = False
) -> Worth:
    """Return what is due of a worth that depends on whose fault it was.

    ``bill_before``: the policy bills before the finding, and gives it back if need be.

    Clause: S-4.
    """
    if worth.held_for == HeldFor.NOTHING and not worth.amount:
        return worth  # It costs nothing, whoever was at fault.
    if finding == Finding.PROVIDER:
        step = Step(clause, "The fault was found to be the provider's: nothing is charged.")
        return Worth(ZERO, worth.minutes, [step])
    if finding == Finding.NOT_PROVIDER:
        step = Step(clause, "The fault was found not to be the provider's: it is charged.")
        return replace(worth, steps=[step, *worth.steps])
    if bill_before:
        step = Step(clause, "Whose fault it was is open: the policy charges it meanwhile.")
        return replace(worth, steps=[step, *worth.steps])
    step = Step(clause, "Whose fault it was is open: nothing is charged before that is decided.")
    return Worth(None, worth.minutes, [step, *worth.steps], HeldFor.FINDING)


def unpriced(*, minutes: int, clause: str, text: str, currency: str) -> Worth:
    """Return the worth of work for which the policy asks nothing: it is not charged, and why.

    ``text`` says what has no fee, and ends its sentence.

    Clause: S-10, S-13, V-6.3.
    """
    more = " {minutes} min, {amount} {currency}."
    return Worth(ZERO, minutes, [Step(clause, text + more, _texts(_nothing(minutes, currency)))])


def difference(
    steps: Sequence[Step], *, worth: Decimal, charged: Decimal, cites: str, back: Decimal = ZERO
) -> list[Step]:
    """Return a charge's explanation: what its event is worth now, less what was charged so far.

    ``back``: how much of it credit notes by hand gave back already.

    Clause: R-8.
    """
    if not charged:
        return list(steps)
    text = "Worth {worth} now, less {charged} charged before: {amount}."
    figures = {"worth": worth, "charged": charged, "amount": worth + back - charged}
    if back:
        text = "Worth {worth} now, less {charged} charged and {back} given back before: {amount}."
        figures["back"] = back
    return [*steps, Step(cites, text, _texts(figures))]


def back_already(*, worth: Decimal, charged: Decimal, credited: Decimal) -> Decimal:
    """Return how much of what is worth less now was given back by hand already; nought or more.

    ``credited`` is what credit notes by hand took back. It comes off what the event is worth, as a
    waiver does: only what is left of the worth can be given back once more.

    Clause: R-8, S-4.
    """
    return max(min(charged - worth, credited - max(worth, ZERO)), ZERO)


def said_back(back: Decimal, *, cites: str, currency: str) -> Step:
    """Return the step that says that so much was given back already.

    Clause: R-8.
    """
    text = "A credit note gave {back} {currency} back already: it is not given back again."
    return Step(cites, text, _texts({"back": back, "currency": currency}))


def waived_again(*, amount: Decimal, worth: Decimal, waived: Decimal, approved: Decimal) -> Decimal:
    """Return how much of a difference is waived: nought or less where it takes a waiver back.

    What is waived of an event is never more than it is worth: where less is owed than was charged,
    the client is not given back what they were let off. Where it is charged again, they are let
    off again, up to the ``approved`` waivers.

    Clause: R-8.
    """
    if amount > 0:
        return max(min(amount, min(approved, worth) - waived), ZERO)
    excess = waived - max(worth, ZERO)
    return -min(excess, -amount) if excess > 0 else ZERO


def said_waived(waived: Decimal, *, cites: str, currency: str) -> Step:
    """Return the step that says that so much of a difference is waived again.

    Clause: R-8.
    """
    text = "{waived} {currency} of it was waived before, and is waived again."
    return Step(cites, text, _texts({"waived": waived, "currency": currency}))


def _step(fee: Fee, text: str, figures: Mapping[str, object]) -> Step:
    return Step(fee.cites, text, _texts(figures))


def _texts(figures: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in figures.items()}


def _nothing(minutes: int, currency: str) -> dict[str, object]:
    return {"minutes": minutes, "amount": ZERO, "currency": currency}
