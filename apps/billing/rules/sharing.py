"""Which fee each minute of work on a ticket falls under, and which minutes of it count.

A ticket's work is one event under each fee: the category's fee; or, outside of the hours from a
contact on that both sides review for fault, the fee of that review; and the TAM's time apart.

Clause: S-2.1, S-4, S-10, S-13, S-13.1, V-6.3, R-7.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from apps.billing.rules.fees import (
    Fee,
    Finding,
    Hours,
    Quote,
    Step,
    Stretch,
    Worth,
    by_hours,
    minutes_in,
    outside,
    parted,
    total,
)
from apps.billing.rules.rating import after_finding, in_other_currency, rate, unpriced

ALL_KINDS = ("support", "engineering")
TAM = "TAM"


@dataclass(frozen=True, slots=True)
class Review:
    """The rule by which a contact outside the hours is reviewed for fault, and since when it is."""

    clause: str
    fee: str
    bill_before: bool
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Booking:
    """The time of a confirmed appointment for an install; ``is_priority``: at short notice."""

    starts_at: datetime
    ends_at: datetime
    is_priority: bool


@dataclass(frozen=True, slots=True)
class Installs:
    """What the policy says of new installs: their fee, and the hours that are not charged."""

    clause: str
    fee: str
    calendar: str


@dataclass(frozen=True, slots=True)
class Policy:
    """What a policy version says of prices: its fees and hours by key, and its rules."""

    currency: str
    fees: Mapping[str, Fee]
    hours: Mapping[str, Hours]
    installs: Installs | None = None
    allowance: str = ""  # the key of the fee that says that TAM time is included


@dataclass(frozen=True, slots=True)
class Work:
    """All time on one ticket, or apart from any.

    ``category`` is the label of the ticket's category, ``fee`` the key of its fee, and ``clause``
    what it rests on; empty where there is none.
    """

    stretches: Sequence[Stretch]
    category: str = ""
    fee: str = ""
    clause: str = ""
    review: Review | None = None
    finding: Finding = Finding.UNDECIDED
    bookings: Sequence[Booking] = field(default_factory=tuple)
    is_apart: bool = False


@dataclass(frozen=True, slots=True)
class Share:
    """The part of the work that falls under one fee, and ``why`` it does; None: under none."""

    fee: Fee | None
    stretches: Sequence[Stretch]
    is_tam: bool = False
    is_reviewed: bool = False
    why: Sequence[Step] = ()


def shares_of(work: Work, policy: Policy) -> list[Share]:
    """Return the parts of the work, each under one fee. Together they are all of it, once.

    Clause: S-4, S-13, V-6.3.
    """
    ours = [one for one in work.stretches if one.kind != TAM]
    tams = [one for one in work.stretches if one.kind == TAM]
    shares = list(_shares(ours, work, policy)) if ours else []
    if tams:
        shares.append(Share(policy.fees.get(policy.allowance), tams, is_tam=True))
    return shares


def _shares(ours: Sequence[Stretch], work: Work, policy: Policy) -> Iterator[Share]:
    fee = policy.fees.get(work.fee)
    review = work.review
    is_free = fee is not None and fee.kind == "free"  # whoever was at fault: S-10
    if review is None or review.since is None or is_free:
        yield Share(fee, ours)
        return
    reviewed = policy.fees[review.fee]
    if fee == reviewed:
        yield Share(fee, ours, is_reviewed=True)
        return
    before, since = parted(ours, at=review.since.replace(second=0, microsecond=0))
    inside, late, why = _by_hours_of(reviewed, since, policy)
    shares = [Share(fee, [*before, *inside], why=why), Share(reviewed, late, is_reviewed=True)]
    yield from (share for share in shares if share.stretches)


def _by_hours_of(
    reviewed: Fee, since: Sequence[Stretch], policy: Policy
) -> tuple[Sequence[Stretch], Sequence[Stretch], Sequence[Step]]:
    """Return what is not reviewed of the work since the contact, what is, and why not all is."""
    if not reviewed.terms.get("outside_calendar"):
        return [], since, []
    hours = policy.hours[reviewed.terms["outside_calendar"]]
    inside, late = by_hours(since, hours.time)
    text = "Not reviewed: {minutes} min that lie within “{hours}”, after a contact outside of them."
    why = Step(reviewed.cites, text, _figures(total(inside), hours=hours.title))
    return inside, late, [why] if inside else []


def worth_of(
    share: Share, work: Work, policy: Policy, *, billed_in: str, quote: Quote | None = None
) -> Worth:
    """Return what one part of the work is worth, in the currency that the account is billed in.

    Clause: S-2.1, S-4, S-10, S-13, S-13.1, V-6.3, R-7, R-8, R-9.
    """
    if (fee := share.fee) is None:
        return _without_fee(share, work, policy)
    minutes, steps = _counted(share, fee, work, policy)
    worth = rate(fee, minutes=minutes, currency=policy.currency, quote=quote, billed_in=billed_in)
    worth = in_other_currency(
        worth, currency=policy.currency, billed_in=billed_in, clause=fee.cites, quote=quote
    )
    worth = replace(worth, steps=[*steps, *share.why, *worth.steps])
    review = work.review if share.is_reviewed else None
    if review is None and not fee.terms.get("after_fault_finding"):
        return worth
    return after_finding(
        worth,
        finding=work.finding,
        clause=review.clause if review else fee.clause,
        bill_before=review.bill_before if review else False,
    )


def _without_fee(share: Share, work: Work, policy: Policy) -> Worth:
    if share.is_tam:
        text = "The policy takes nothing for a TAM's time."
    elif work.is_apart:
        text = "It was worked apart from any ticket, for which the policy has no fee."
    elif not work.category:
        text = "The ticket has no category, and so no fee: it is not charged."
    else:
        text = "Work of the ticket's category has no fee: it is not charged."
    minutes = minutes_in(total(share.stretches))
    worth = unpriced(minutes=minutes, clause=work.clause, text=text, currency=policy.currency)
    return replace(worth, steps=[*worth.steps, *share.why])


def _counted(share: Share, fee: Fee, work: Work, policy: Policy) -> tuple[int, list[Step]]:
    """Return the minutes that count for the price, and why it is those."""
    kinds = fee.terms.get("counts") or ALL_KINDS
    counted = [one for one in share.stretches if share.is_tam or one.kind.lower() in kinds]
    worked, told = total(share.stretches), total(counted)
    steps = [
        Step(fee.cites, "{minutes} min were worked: “{fee}”.", _figures(worked, fee=fee.title))
    ]
    if told != worked:
        text = "Of these, {minutes} min are {kinds}, which is what counts."
        steps.append(Step(fee.clause, text, _figures(told, kinds=" and ".join(kinds))))
    if policy.installs is not None and fee.key == policy.installs.fee:
        told = _of_install(counted, work.bookings, policy, policy.installs, steps)
    elif fee.terms.get("outside_calendar"):
        hours = policy.hours[fee.terms["outside_calendar"]]
        told = outside(counted, hours.time)
        text = "{minutes} min of them lie outside of “{hours}”"
        text += "." if told == total(counted) else "; the others are not charged."
        steps.append(Step(fee.cites, text, _figures(told, hours=hours.title)))
    return minutes_in(told), steps


def _of_install(
    stretches: Sequence[Stretch],
    bookings: Sequence[Booking],
    policy: Policy,
    rule: Installs,
    steps: list[Step],
) -> timedelta:
    """Return what of an install is charged: priority handling, and what lies after hours."""
    hours = policy.hours[rule.calendar]
    rest, hurried = list(stretches), timedelta()
    for booking in bookings:
        if booking.is_priority:
            inside = [cut for one in rest for cut in _within(one, booking)]
            hurried += total(inside)
            rest = [cut for one in rest for cut in _around(one, booking)]
    late = outside(rest, hours.time)
    if hurried:
        text = "{minutes} min were booked as priority handling, at shorter notice than is owed."
        steps.append(Step(rule.clause, text, _figures(hurried)))
    text = (
        "{minutes} min lie outside of “{hours}”; an install that is booked in time costs"
        " nothing within them."
    )
    steps.append(Step(rule.clause, text, _figures(late, hours=hours.title)))
    return hurried + late


def _within(one: Stretch, booking: Booking) -> Iterator[Stretch]:
    starts_at, ends_at = max(one.starts_at, booking.starts_at), min(one.ends_at, booking.ends_at)
    if starts_at < ends_at:
        yield Stretch(starts_at, ends_at, one.kind)


def _around(one: Stretch, booking: Booking) -> Iterator[Stretch]:
    """Yield what of a stretch lies before a booking, and what after it."""
    before = min(one.ends_at, booking.starts_at)
    after = max(one.starts_at, booking.ends_at)
    if one.starts_at < before:
        yield Stretch(one.starts_at, before, one.kind)
    if after < one.ends_at:
        yield Stretch(after, one.ends_at, one.kind)


def _figures(span: timedelta, **more: str) -> dict[str, str]:
    return {"minutes": str(minutes_in(span)), **more}
