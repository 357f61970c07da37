"""The periods of a plan fee, and what each is worth: by the day, rounded once.

A fee counts from a day on, until the next one does; the last word on a day counts, so that an
amendment that is dated back changes what was charged by the difference. A period is a month, a
quarter or a year, of the calendar or from the order's first day; one that begins on the 31st begins
on the last day of shorter months.

Clause: V-3.4.6, V-2-order, V-3.1.
"""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import count, pairwise

from apps.billing.rules.fees import Step
from apps.billing.rules.money import ZERO, to_cents

DAY = timedelta(days=1)
MONTHS = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}


@dataclass(frozen=True, slots=True)
class Terms:
    """How a policy bills plan fees. Older policies say nothing of it: these are the defaults.

    ``billed``: "in_advance" or "in_arrears"; ``periods``: "from_start" or "calendar";
    ``pro_rata``: "daily" or "none". ``cites``: the fee's clause and reading.
    """

    billed: str = "in_advance"
    periods: str = "from_start"
    pro_rata: str = "daily"
    cites: str = ""


@dataclass(frozen=True, slots=True)
class Agreed:
    """The fee of an order from a day on, in its policy's currency. ``amount`` None: none is agreed.

    ``source`` is whatever the caller wants to know again: the row that it came from.
    """

    from_on: date
    amount: Decimal | None
    period: str
    terms: Terms
    source: object = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """Days of a period with one fee; both ends belong to it."""

    starts_on: date
    ends_on: date
    amount: Decimal
    currency: str = ""

    @property
    def days(self) -> int:
        """How many days it has. Clause: V-3.4.6."""
        return (self.ends_on - self.starts_on).days + 1


@dataclass(frozen=True, slots=True)
class Period:
    """What of a period the order's term covers.

    The whole period, ``days`` long, costs the fee; ``parts`` are the days that are covered.
    """

    starts_on: date
    ends_on: date
    days: int
    parts: Sequence[Part]
    agreed: Agreed

    @property
    def due_on(self) -> date:
        """The day from which it is charged: its first, or that after its last.

        Clause: V-3.4.6.
        """
        arrears = self.agreed.terms.billed == "in_arrears"
        return self.ends_on + DAY if arrears else self.starts_on

    @property
    def incurred_on(self) -> date:
        """The day of the fact: its first, or its last. Clause: V-3.4.6."""
        return self.ends_on if self.agreed.terms.billed == "in_arrears" else self.starts_on


@dataclass(frozen=True, slots=True)
class PlanWorth:
    """What a period is worth, and why. ``amount`` None: it is in two currencies.

    ``asked`` says what is asked for it, in whatever currency.
    """

    amount: Decimal | None
    steps: Sequence[Step]
    asked: str = ""


def periods_of(
    agreed: Sequence[Agreed], *, starts_on: date, ends_on: date | None, until: date
) -> list[Period]:
    """Return the periods of an order's term that begin by ``until``, those without a fee left out.

    ``agreed`` is in the order in which it was written down; ``ends_on`` None: the term is open.

    Clause: V-3.4.6, V-2-order, V-3.1.
    """
    spans = _spans(agreed, starts_on, ends_on)
    found: list[Period] = []
    for run in _runs(spans):
        found += _periods_of_run(run, until)
    return found


def next_due(periods: Sequence[Period], *, on: date) -> date | None:
    """Return the first day after ``on`` on which one of the periods falls due; None: none does.

    Clause: V-3.4.6.
    """
    return min((one.due_on for one in periods if one.due_on > on), default=None)


def worth_of_period(period: Period, *, currency: str) -> PlanWorth:
    """Return what a period is worth: each day its share, rounded once.

    Without pro-rata it is worth the fee of its first day, however few days are covered. Fees in
    several currencies are not added up: nobody but a person can say what they come to.

    Clause: V-3.4.6, V-2-order.
    """
    terms = period.agreed.terms
    if terms.pro_rata == "none":
        amount = to_cents(period.parts[0].amount)
        text = "The period begins on {first}: {amount} {currency}, whatever part of it is covered."
        figures = {"first": str(period.starts_on), "amount": str(amount), "currency": currency}
        return PlanWorth(amount, [Step(terms.cites, text, figures)], f"{amount} {currency}")
    steps = [_step_of(part, period, part.currency or currency) for part in period.parts]
    sums = _sums(period, currency)
    asked = " + ".join(f"{amount} {named}" for named, amount in sums.items())
    if len(sums) > 1:
        text = "Its fees are in more than one currency, and nothing is converted: {asked}."
        return PlanWorth(None, [*steps, Step(terms.cites, text, {"asked": asked})], asked)
    [amount] = sums.values()
    if len(period.parts) > 1:
        text = "Together, rounded once: {amount} {currency}."
        steps.append(Step(terms.cites, text, {"amount": str(amount), "currency": currency}))
    return PlanWorth(amount, steps, asked)


def _sums(period: Period, currency: str) -> dict[str, Decimal]:
    """Return currency -> what the days with fees in it are worth, each rounded once."""
    exact: dict[str, Decimal] = {}
    for part in period.parts:
        named = part.currency or currency
        exact[named] = exact.get(named, Decimal(0)) + part.amount * part.days
    return {named: to_cents(amount / period.days) for named, amount in exact.items()}


def nothing_left(*, cites: str, currency: str) -> PlanWorth:
    """Return the worth of a period that was charged and is none any more.

    Clause: V-3.4.6, V-2-order.
    """
    text = (
        "By the order's terms as they are now, nothing is due for this period: {amount} {currency}."
    )
    return PlanWorth(ZERO, [Step(cites, text, {"amount": str(ZERO), "currency": currency})])


def _step_of(part: Part, period: Period, currency: str) -> Step:
    figures = {
        "first": str(part.starts_on),
        "last": str(part.ends_on),
        "days": str(part.days),
        "whole": str(period.days),
        "fee": str(part.amount),
        "share": str(to_cents(part.amount * part.days / period.days)),
        "currency": currency,
    }
    if part.days == period.days:
        text = "The whole period, {first} to {last}: {fee} {currency}."
    else:
        text = "{first} to {last}, {days} of {whole} days at {fee}: {share} {currency}."
    return Step(period.agreed.terms.cites, text, figures)


@dataclass(frozen=True, slots=True)
class _Span:
    """Days on which one agreement counts; ``ends_on`` None: without an end."""

    starts_on: date
    ends_on: date | None
    agreed: Agreed


def _spans(agreed: Sequence[Agreed], starts_on: date, ends_on: date | None) -> list[_Span]:
    """Return which agreement counts when: what was written last counts from its day on."""
    kept: list[Agreed] = []
    for one in agreed:
        kept = [other for other in kept if other.from_on < one.from_on] + [one]
    ends = [later.from_on - DAY for later in kept[1:]] + [ends_on]
    found = []
    for one, end in zip(kept, ends, strict=False):
        first = max(one.from_on, starts_on)
        last = min((day for day in (end, ends_on) if day is not None), default=None)
        if last is None or first <= last:
            found.append(_Span(first, last, one))
    return found


def _runs(spans: Sequence[_Span]) -> Iterator[list[_Span]]:
    """Yield spans that share their periods; another length of period begins new ones."""
    run: list[_Span] = []
    for span in spans:
        if span.agreed.amount is None or not span.agreed.period:
            if run:
                yield run
            run = []
            continue
        if run and _shape(run[-1]) != _shape(span):
            yield run
            run = []
        run.append(span)
    if run:
        yield run


def _shape(span: _Span) -> tuple[str, str]:
    return span.agreed.period, span.agreed.terms.periods


def _periods_of_run(run: Sequence[_Span], until: date) -> Iterator[Period]:
    first, last = run[0].starts_on, run[-1].ends_on
    for starts_on, following in pairwise(_borders(first, run[0].agreed)):
        begins, ends = max(starts_on, first), following - DAY
        if last is not None:
            ends = min(ends, last)
        if begins > until or begins > ends:
            return
        parts = list(_parts(run, begins, ends))
        days = (following - starts_on).days
        agreed = next(span.agreed for span in run if _covers(span, begins))
        yield Period(begins, ends, days, parts, agreed)


def _covers(span: _Span, day: date) -> bool:
    return span.starts_on <= day and (span.ends_on is None or day <= span.ends_on)


def _parts(run: Sequence[_Span], begins: date, ends: date) -> Iterator[Part]:
    for span in run:
        first = max(span.starts_on, begins)
        last = ends if span.ends_on is None else min(span.ends_on, ends)
        if first <= last and span.agreed.amount is not None:
            yield Part(first, last, span.agreed.amount, span.agreed.currency)


def _borders(first: date, agreed: Agreed) -> Iterator[date]:
    """Yield the days on which periods begin, from the one that holds ``first`` on."""
    months = MONTHS[agreed.period]
    anchor = first
    if agreed.terms.periods == "calendar":
        anchor = date(first.year, (first.month - 1) // months * months + 1, 1)
    for number in count():
        yield _months_after(anchor, number * months)


def _months_after(day: date, months: int) -> date:
    """Return the same day so many months later, or the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
