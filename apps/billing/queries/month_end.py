"""What stands between a month and its closing: which month is next, and what is not done for it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Min, Q, QuerySet
from django.db.models.functions import Coalesce

from apps.billing.models import (
    Books,
    Charge,
    ClosedMonth,
    Document,
    LedgerCheck,
    PaymentImportRow,
    PlanClock,
    Posting,
    RatedEvent,
)
from apps.contracts.models import OrderMark
from apps.tickets.models import WorkMark

A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Todo:
    """Something to be done before a month is closed, and where it is done, if anywhere."""

    key: str
    title: str
    page: str  # of the admin, without its prefix
    query: str
    rows: Callable[[date], QuerySet]  # those of the month and before, by its last day


@dataclass(frozen=True, slots=True)
class LeftOver:
    """So many of a kind that are not done."""

    todo: Todo
    count: int


def _drafts(through_on: date) -> QuerySet:
    dated = Coalesce("issued_on", "run__issued_on", "ends_on")
    rows = Document.objects.filter(state=Document.State.DRAFT).annotate(dated=dated)
    return rows.filter(Q(dated__lte=through_on) | Q(dated=None))


def _unbilled(through_on: date) -> QuerySet:
    return Charge.objects.filter(state=Charge.State.READY, incurred_on__lte=through_on)


def _unbooked(through_on: date) -> QuerySet:
    open_ones = [PaymentImportRow.State.WAITING, *PaymentImportRow.FOR_A_PERSON]
    return PaymentImportRow.objects.filter(state__in=open_ones, received_on__lte=through_on)


def _unrated(through_on: date) -> QuerySet:
    # A mark has no date: what it changes may belong to any month.
    return WorkMark.objects.all()


def _unrated_orders(through_on: date) -> QuerySet:
    return OrderMark.objects.all()


def _held(through_on: date) -> QuerySet:
    return RatedEvent.objects.exclude(held_for="").filter(starts_on__lte=through_on)


def _due(through_on: date) -> QuerySet:
    return PlanClock.objects.filter(next_due_on__lte=through_on)


# Whoever keeps something that belongs into a month before it is closed adds it here.
todos: list[Todo] = [
    Todo("unrated", "Changes of work that are not rated yet", "", "", _unrated),
    Todo("orders", "Changes of orders that are not rated yet", "", "", _unrated_orders),
    Todo("due", "Plan fees that are due and not charged yet", "", "", _due),
    Todo(
        "held",
        "Work that waits for a quote or a finding",
        "billing_ratedevent_changelist",
        "?held=any",
        _held,
    ),
    Todo("unbilled", "Charges that are on no invoice", "billing_charge_changelist", "", _unbilled),
    Todo("drafts", "Drafts that are not final", "billing_document_changelist", "", _drafts),
    Todo(
        "unbooked",
        "Imported payments that are not booked",
        "billing_paymentimportrow_changelist",
        "?look=person",
        _unbooked,
    ),
]


def left_over(*, through_on: date) -> Sequence[LeftOver]:
    """Return what is not done of that month and those before it."""
    counted = [LeftOver(todo, todo.rows(through_on).count()) for todo in todos]
    return [each for each in counted if each.count]


def books() -> Books:
    """Return the books as they are, held by nobody."""
    return Books.objects.get_or_create(pk=Books.ONLY)[0]


def next_month() -> date | None:
    """Return the first day of the month to be closed next; None while nothing was ever posted."""
    last = ClosedMonth.objects.order_by("-ends_on").first()
    if last is not None:
        return last.ends_on + A_DAY
    first_on = Posting.objects.aggregate(first_on=Min("dated_on"))["first_on"]
    return first_on.replace(day=1) if first_on else None


def last_day(month: date) -> date:
    """Return the last day of the month that begins on that day."""
    return (month + 31 * A_DAY).replace(day=1) - A_DAY


def is_over(month: date, *, time_zone: str, at: datetime) -> bool:
    """Tell whether the month is over in the zone of the books."""
    return at.astimezone(ZoneInfo(time_zone)).date() > last_day(month)


def latest_check() -> LedgerCheck | None:
    """Return the last check of the ledger that was made."""
    return LedgerCheck.objects.select_related("checked_by").first()
