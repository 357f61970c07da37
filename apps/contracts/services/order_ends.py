"""An order's end: on a last day, because its term is over, or at once."""

from datetime import date, datetime, timedelta

from django.db import transaction

from apps.contracts.models import Appointment, Order, OrderRevision, User
from apps.contracts.services.appointment_decisions import cancel_appointment
from apps.contracts.services.order_checks import OrderRefused, day_over
from apps.contracts.services.order_fees import drop_fee, mark_order
from apps.contracts.services.order_revisions import words_of
from apps.contracts.services.orders import keep, lock, today_of

State, Kind = Order.State, OrderRevision.Kind
EASTERNMOST = timedelta(hours=14)  # the zone where a day begins first


@transaction.atomic
def end_order(*, order: Order, ends_on: date, reason: str, by: User, at: datetime) -> Order:
    """Let an executed order run out on a last day, today at the earliest, which it still serves.

    It stays executed until that day is over; then ``end_expired`` ends it.

    Clause: V-3.1.

    :raises OrderRefused: the order is not executed, nobody says why, or the day is over already or
        does not fit its term.
    """
    order = lock(order)
    _refuse_unless_executed(order, reason)
    if ends_on < order.starts_on:
        raise OrderRefused(f"The last day lies before the first, {order.starts_on}.")
    if order.ends_on and ends_on > order.ends_on:
        raise OrderRefused(f"Its term ends on {order.ends_on} already. To prolong it, amend it.")
    if ends_on < today_of(order, at):
        raise OrderRefused(day_over(today_of(order, at)))
    before = words_of(order)
    order.ends_on = ends_on
    order = keep(order, Kind.ENDED, before, dated_on=ends_on, reason=reason, by=by, at=at)
    mark_order(order, at=at)
    return order


def end_expired(*, at: datetime) -> int:
    """End the executed orders whose last day is over in their policy's zone; return how many.

    It is dated to the day after, whenever it runs. Nothing is owed under them since: that is asked
    of the term, not of the state. Appointments that are still to come are cancelled, and the
    client is told. Safe to run late, twice, or in two places at once.

    Clause: V-1.2, V-3.1.
    """
    # In no zone is it later than this day, so that this leaves out none whose term is over.
    latest = (at + EASTERNMOST).date()
    expired = Order.objects.filter(state=State.EXECUTED, ends_on__lt=latest)
    return sum(_end_expired(order, at) for order in expired.order_by("ends_on", "pk"))


@transaction.atomic
def _end_expired(order: Order, at: datetime) -> bool:
    order = lock(order)
    is_over = order.ends_on is not None and order.ends_on < today_of(order, at)
    if order.state != State.EXECUTED or not is_over or order.ends_on is None:
        return False
    before = words_of(order)
    order.state = State.ENDED
    why = f"The term of {order} is over: it ended on {order.ends_on}."
    _cancel_appointments(order, why, by=None, at=at)
    day = order.ends_on + timedelta(days=1)
    keep(order, Kind.ENDED, before, dated_on=day, reason="The term is over.", by=None, at=at)
    return True


@transaction.atomic
def terminate_order(*, order: Order, reason: str, by: User, at: datetime) -> Order:
    """Terminate an executed order at once: from now on nothing is owed for new requests.

    Appointments that are still to come are cancelled, and the client is told. ``reason`` is ours:
    that mail only says that the order is terminated.

    Clause: V-1.2, V-3.1.

    :raises OrderRefused: the order is not executed, or nobody says why.
    """
    order = lock(order)
    _refuse_unless_executed(order, reason)
    _cancel_appointments(order, f"{order} is terminated.", by=by, at=at)
    before = words_of(order)
    day = today_of(order, at)
    order.state = State.TERMINATED
    if order.starts_on <= day and (order.ends_on is None or order.ends_on > day):
        order.ends_on = day
    order = keep(order, Kind.TERMINATED, before, dated_on=day, reason=reason, by=by, at=at)
    if order.starts_on > day:
        drop_fee(order, at=at)
    mark_order(order, at=at)
    return order


def _cancel_appointments(order: Order, reason: str, *, by: User | None, at: datetime) -> None:
    asked, confirmed = Appointment.State.ASKED, Appointment.State.CONFIRMED
    coming = Appointment.objects.filter(
        order=order, state__in=[asked, confirmed], starts_at__gte=at
    )
    for row in coming.select_for_update(of=("self",)).order_by("pk"):
        cancel_appointment(appointment=row, reason=reason, by=by, at=at)


def _refuse_unless_executed(order: Order, reason: str) -> None:
    if order.state != State.EXECUTED:
        raise OrderRefused(f"{order} is {order.get_state_display().lower()}, not executed.")
    if not reason.strip():
        raise OrderRefused("Say why: the history keeps it.")
