"""Changes of an API: written, published, and the orders that each is analysed for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from simple_history.utils import bulk_create_with_history

from apps.changes.models import ChangedItem, GapAnalysis, PlatformChange
from apps.changes.queries.gap import answer_for, entitled_orders, missing_orders
from apps.changes.rules import gap as rules
from apps.changes.services.drafts import ChangeRefused, as_seen, held_row, line, words
from apps.contracts.models import Order, User
from apps.contracts.services.orders import sign

State = PlatformChange.State
MOST_DAYS = 365
MOST_ITEMS = 100


@dataclass(frozen=True, slots=True)
class Broken:
    """One thing that breaks: a line, and how it was and will be."""

    title: str
    details: str = ""


@dataclass(frozen=True, slots=True)
class ChangeWords:
    """What is written of a change. ``due_on`` is the last day on which an analysis is in time."""

    api: str
    version: str
    takes_effect_on: date
    due_on: date
    summary: str
    items: Sequence[Broken]
    link: str = ""
    remind_days: int = 7


@transaction.atomic
def draft_change(*, written: ChangeWords, by: User, at: datetime) -> PlatformChange:
    """Begin a change. Nobody hears of it until it is published.

    Clause: V-2-gap.

    :raises ChangeRefused: something is missing or does not fit, or that version is there already.
    """
    change = PlatformChange(drafted_at=at, drafted_by=by)
    _keep(change, written, reason="Drafted", by=by, at=at)
    return change


@transaction.atomic
def write_change(
    *, change: PlatformChange, seen: int, written: ChangeWords, by: User, at: datetime
) -> PlatformChange:
    """Write a draft anew. ``seen`` is the edition that was read.

    Clause: V-2-gap.

    :raises ChangedSince: somebody was faster.
    :raises ChangeRefused: it is published, or something is missing or does not fit.
    """
    change = as_seen(change, seen=seen)
    if change.state != State.DRAFT:
        raise ChangeRefused(f"{change} is published: what was told stays. Write another change.")
    change.edition += 1
    _keep(change, written, reason="Draft changed", by=by, at=at)
    return change


@transaction.atomic
def publish_change(*, change: PlatformChange, seen: int, by: User, at: datetime) -> int:
    """Publish a change and open an analysis for each entitled order; return for how many.

    The same again, by a double click, changes nothing.

    Clause: V-2-gap, V-4.

    :raises ChangedSince: somebody changed the draft since.
    """
    held = held_row(change)
    if held.state == State.PUBLISHED and held.edition == seen + 1 and held.published_by_id == by.pk:
        return held.analyses.count()
    held = as_seen(change, seen=seen)
    if held.state != State.DRAFT:
        raise ChangeRefused(f"{held} is published already.")
    if held.due_on < at.date():
        raise ChangeRefused("The day until which the analyses are due is over. Choose a later one.")
    held.state, held.published_at, held.published_by = State.PUBLISHED, at, by
    held.edition += 1
    sign(held, reason="Published", by=by, at=at)
    held.save()
    return _open(held, entitled_orders(on=held.takes_effect_on), by=by, at=at)


@transaction.atomic
def take_in_orders(*, change: PlatformChange, by: User, at: datetime) -> int:
    """Open analyses for the orders that became entitled since; return for how many.

    Clause: V-2-gap, V-4.

    :raises ChangeRefused: the change is a draft.
    """
    held = held_row(change)
    if held.state != State.PUBLISHED:
        raise ChangeRefused(f"{held} is a draft: publish it first.")
    return _open(held, missing_orders(held), by=by, at=at)


def first_telling(analysis: GapAnalysis, *, days: int) -> datetime:
    """Return when the TAM is reminded first."""
    return rules.remind_at(analysis.due_on, days=days, zone=analysis.order.zone)


def _open(change: PlatformChange, orders: QuerySet[Order], *, by: User, at: datetime) -> int:
    rows = list(_analyses(change, orders, at=at))
    bulk_create_with_history(
        rows, GapAnalysis, default_user=by, default_change_reason="Opened", default_date=at
    )
    return len(rows)


def _analyses(
    change: PlatformChange, orders: Iterable[Order], *, at: datetime
) -> Iterable[GapAnalysis]:
    for order in orders:
        answer = answer_for(order, on=change.takes_effect_on)
        analysis = GapAnalysis(
            change=change,
            order=order,
            why=answer.why,
            clause=answer.clause,
            due_on=change.due_on,
            due_at=rules.over_at(change.due_on, order.zone),
            opened_at=at,
        )
        analysis.next_at = first_telling(analysis, days=change.remind_days)
        yield analysis


def _keep(
    change: PlatformChange, written: ChangeWords, *, reason: str, by: User, at: datetime
) -> None:
    change.api = line(written.api, missing="Say which API it is.", most=120)
    change.version = line(written.version, missing="Say which version it is.", most=60)
    change.takes_effect_on, change.due_on = written.takes_effect_on, written.due_on
    change.summary = words(written.summary, missing="Say in a few words what changes.")
    change.link, change.remind_days = written.link, written.remind_days
    items = _items(written.items)
    if change.due_on > change.takes_effect_on:
        raise ChangeRefused("The analyses are due before the change takes effect, or on that day.")
    if not 0 <= change.remind_days <= MOST_DAYS:
        raise ChangeRefused(f"Remind the TAMs between 0 and {MOST_DAYS} days before.")
    sign(change, reason=reason, by=by, at=at)
    try:
        with transaction.atomic():
            change.save()
    except IntegrityError:
        raise ChangeRefused(
            f"There is a change {change.api} {change.version} already. Go on with that one."
        ) from None
    change.items.all().delete()
    for position, item in enumerate(items, start=1):
        ChangedItem.objects.create(
            change=change, position=position, title=item.title, details=item.details
        )


def _items(given: Sequence[Broken]) -> list[Broken]:
    if not given:
        raise ChangeRefused("Name at least one thing that breaks: the findings go by them.")
    if len(given) > MOST_ITEMS:
        raise ChangeRefused(f"Name at most {MOST_ITEMS} things that break.")
    missing = "Say of each thing that breaks what it is."
    return [Broken(line(each.title, missing=missing), words(each.details)) for each in given]
