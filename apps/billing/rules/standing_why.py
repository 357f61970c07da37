"""Why an account stands as it does: the arithmetic, step by step, and the same in a sentence.

Clause: S-12, R-4, R-5, R-12.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from apps.billing.rules.delinquency import Delinquency
from apps.billing.rules.ladder import GOOD, Ladder

LONGEST_LIST = 100  # documents that a review keeps one by one

CLEARS = "paid clears it."  # how each sentence ends that says why something is suspended

Step = dict[str, object]
_EFFECTS = {
    "SUPPORT_SUSPENDED": "support on what is not service-related is suspended",
    "DASHBOARD_SUSPENDED": "adds, deletions and changes on the dashboard are suspended too",
}


@dataclass(frozen=True, slots=True)
class Grace:
    """What stands in the way of the ladder: an exemption, or a promise to pay, through a day."""

    is_promise: bool
    until_on: date
    reason: str


def money(amount: object, currency: str) -> str:
    """Return an amount with its currency, as people read it.

    Clause: none (form).
    """
    return f"{amount:,.2f} {currency}".strip()


def effect(state: str) -> str:
    """Return what a standing suspends, in words.

    Clause: S-12, R-6.
    """
    return _EFFECTS[state]


def steps(
    *, ladder: Ladder, now: Delinquency, currency: str, grace: Grace | None = None
) -> list[Step]:
    """Return the explanation of a standing; figures are text.

    Clause: S-12, R-4, R-5, R-12.
    """
    return [
        *_overdue(ladder, now, currency),
        *_rung(ladder, now),
        *_grace(ladder, now, grace),
        *_clears(ladder, now, currency),
    ]


def _overdue(ladder: Ladder, now: Delinquency, currency: str) -> Iterator[Step]:
    if not now.overdue:
        text = "{on}, in {zone}: nothing that counts is past due."
        yield _step(ladder.clause, text, on=now.on, zone=ladder.zone)
        return
    oldest = now.overdue[0]
    yield _step(
        ladder.clause,
        "{on}, in {zone}: {documents} overdue, {amount} in all. The oldest, {name}, was due"
        " {due_on}: {days}.",
        on=now.on,
        zone=ladder.zone,
        documents=_count(len(now.overdue), "document is", "documents are"),
        amount=money(now.overdue_amount, currency),
        name=oldest.owed.name,
        due_on=oldest.owed.due_on,
        days=_count(oldest.days, "day", "days"),
    )
    disputed = sum(each.owed.excluded_amount for each in now.overdue)
    if disputed:
        text = "{amount} of these documents is under dispute, and does not count."
        yield _step(ladder.clause, text, amount=money(disputed, currency))


def _rung(ladder: Ladder, now: Delinquency) -> Iterator[Step]:
    if now.rung is None:
        if now.overdue:
            first = ladder.rungs[0]
            text = "The first step begins at {words}: nothing is suspended yet."
            yield _step(first.clause, text, words=first.words)
        return
    text = "{words}: {effect}."
    words = now.rung.words.capitalize()
    yield _step(now.rung.clause, text, words=words, effect=effect(now.rung.state))
    if now.kept:
        yield _step(
            ladder.clause,
            "That step was reached while older documents were unpaid. It holds until nothing"
            " undisputed is overdue.",
        )


def _grace(ladder: Ladder, now: Delinquency, grace: Grace | None) -> Iterator[Step]:
    if grace is None or now.rung is None:
        return
    text = (
        "Payment is promised until {until}: no further step before that. The reason: {reason}"
        if grace.is_promise
        else "Exempt until {until}: nothing is suspended. The reason: {reason}"
    )
    yield _step(ladder.clause, text, until=grace.until_on, reason=grace.reason)


def _clears(ladder: Ladder, now: Delinquency, currency: str) -> Iterator[Step]:
    if now.rung is not None:
        text = f"{{amount}} {CLEARS}"
        yield _step(ladder.clause, text, amount=money(now.clears_amount, currency))


def in_a_sentence(*, now: Delinquency, state: str, currency: str, grace: Grace | None) -> str:
    """Return why an account is in a standing, as its client is told, and what clears it.

    Nothing in it changes by the day alone: it is true until something is paid, disputed or due.

    Clause: S-12, R-5.
    """
    if state == GOOD:
        if now.rung is not None and grace is not None:
            return f"Exempt until {grace.until_on}."
        if now.overdue:
            return "What is still overdue is too young, or too little, to suspend anything."
        return "Nothing undisputed is overdue any more."
    more = len(now.overdue) - 1
    names = (
        f"{now.overdue[0].owed.name}, due {now.oldest_due_on}," if now.overdue else "What was owed"
    )
    names += f" and {more} more are overdue." if more > 0 else " is overdue."
    return f"{names[0].upper()}{names[1:]} {money(now.clears_amount, currency)} {CLEARS}"


def documents(now: Delinquency) -> list[dict[str, object]]:
    """Return the documents that count, oldest first, as a review keeps them.

    Clause: S-12.
    """
    return [
        {
            "item": each.owed.pk,
            "name": each.owed.name,
            "due_on": each.owed.due_on.isoformat(),
            "days": each.days,
            "open": str(each.owed.open_amount),
            "disputed": str(each.owed.excluded_amount),
            "overdue": str(each.owed.counted_amount),
        }
        for each in now.overdue[:LONGEST_LIST]
    ]


def _step(clause: str, text: str, **figures: object) -> Step:
    return {"clause": clause, "text": text, "figures": {k: str(v) for k, v in figures.items()}}


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
