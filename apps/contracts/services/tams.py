"""Who is an order's TAM: assigned, handed over after a notice, a hand-over withdrawn.

At most one assignment of an order has not begun: whoever plans another withdraws that one first.
Each act holds the order, so that of two people who act at once the second sees what the first did;
the database's own constraints have the last word.
"""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from apps.contracts.models import Order, TamAssignment, User
from apps.contracts.queries.tam_terms import notice_days
from apps.contracts.queries.tams import coming_handover, day_of, had_tam, has_tam, tam_of
from apps.contracts.rules.tams import counts, earliest_handover_on
from apps.contracts.services.orders import lock, sign
from apps.contracts.services.tam_notices import (
    announce,
    people_to_tell,
    take_back,
    tell_endpoints,
)

NOT_ASKED = ["order", "tam", "made_by"]  # rows that are there; looking for them costs queries


class TamRefused(Exception):
    """The act does not fit the order or the person. The message says what to do instead."""


@transaction.atomic
def assign_tam(
    *,
    order: Order,
    tam: User,
    starts_on: date,
    email: str,
    by: User,
    at: datetime,
    phone: str = "",
    chat: str = "",
    reason: str = "",
) -> TamAssignment:
    """Make somebody the TAM of an order that has none, and tell the client who it is.

    ``starts_on`` is a day in the order's time zone, today at the earliest. ``email``, ``phone`` and
    ``chat`` are how the client reaches the TAM. Only the first TAM of an order begins without
    notice: whoever follows an earlier one, if after a time without any, is announced like any
    successor.

    Clause: V-6.1, V-6.2, V-6.4, V-6.6.

    :raises TamRefused: the order is not executed, or has no TAM's time; the day lies in the past or
        outside the term, or comes too soon after an earlier TAM; the person is not active staff or
        cannot be reached; there is a TAM, or one is planned; no user of the order could be told.
    """
    order = lock(order)
    today = day_of(order, at)
    row = TamAssignment(
        order=order, tam=tam, starts_on=starts_on, email=email, phone=phone, chat=chat
    )
    days = _refuse_unless_fitting(row)
    _refuse_if_planned(order, at)
    there = tam_of(order, on=today)
    if there is not None:
        raise TamRefused(f"{there.tam} is the TAM of {order} already. Hand over instead.")
    if starts_on < today:
        raise TamRefused(f"{starts_on} is over. The first day is today, {today}, or later.")
    if had_tam(order, on=today):
        _ask_for_notice(row, days, today)
    _write(row, reason=reason, by=by, at=at)
    announce(row, at=at)
    tell_endpoints(row, at=at)
    return row


@transaction.atomic
def hand_over(
    *,
    order: Order,
    tam: User | None,
    starts_on: date,
    email: str,
    phone: str,
    chat: str,
    reason: str,
    by: User,
    at: datetime,
) -> TamAssignment:
    """Plan that somebody else becomes the TAM on a day, and queue the notice to the client.

    ``tam`` None: the TAM leaves and nobody follows, of which the client is told as early. The
    hand-over counts on its day by itself, but not before the notice has gone out and the policy's
    days have passed since: a notice that goes out late puts it off.

    Clause: V-6.4, V-6.6.

    :raises TamRefused: as with ``assign_tam``; nobody is the TAM, or the same person is; the day
        comes too soon; nobody says why; no user of the order could be told.
    """
    order = lock(order)
    today = day_of(order, at)
    row = TamAssignment(
        order=order, tam=tam, starts_on=starts_on, email=email, phone=phone, chat=chat
    )
    days = _refuse_unless_fitting(row)
    _refuse_without_reason(reason)
    _refuse_if_planned(order, at)
    there = tam_of(order, on=today)
    if there is None:
        raise TamRefused(f"{order} has no TAM who could hand over. Assign one instead.")
    if there.tam == tam:
        raise TamRefused(f"{tam} is the TAM of {order} already. Choose somebody else.")
    _ask_for_notice(row, days, today)
    _write(row, reason=reason, by=by, at=at)
    announce(row, at=at)
    tell_endpoints(row, at=at)
    return row


@transaction.atomic
def withdraw_handover(
    *, assignment: TamAssignment, reason: str, by: User, at: datetime
) -> TamAssignment:
    """Take back an assignment that has not begun. Whoever was told of it is told again.

    Clause: V-6.6.

    :raises TamRefused: it has begun, it was withdrawn before, or nobody says why.
    """
    order = lock(assignment.order)
    row = TamAssignment.objects.select_for_update(of=("self",)).get(pk=assignment.pk)
    row.order = order
    _refuse_without_reason(reason)
    if row.withdrawn_at is not None:
        raise TamRefused(f"It was withdrawn already, at {row.withdrawn_at:%Y-%m-%d %H:%M %Z}.")
    if counts(row) and row.starts_on <= day_of(order, at):
        raise TamRefused(f"It has begun, on {row.starts_on}. Hand over instead.")
    row.withdrawn_at = at
    sign(row, reason=reason, by=by, at=at)
    row.save()
    take_back(row, at=at)
    return row


def _refuse_unless_fitting(row: TamAssignment) -> int:
    """Refuse what does not fit the order or the person; return the policy's days of notice."""
    order = row.order
    days = notice_days(order)
    if order.state != Order.State.EXECUTED:
        state = order.get_state_display().lower()
        raise TamRefused(f"{order} is {state}: only an executed order has a TAM.")
    if days is None or not has_tam(order):
        raise TamRefused(f"{order} has no TAM's time. Amend it to a plan that has.")
    if row.starts_on < order.starts_on or (order.ends_on and row.starts_on > order.ends_on):
        until = order.ends_on or "open end"
        raise TamRefused(
            f"{row.starts_on} is outside the term of {order}, {order.starts_on} to {until}."
        )
    _refuse_unless_reached(row)
    return days


def _refuse_unless_reached(row: TamAssignment) -> None:
    for name in ("email", "phone", "chat"):
        setattr(row, name, getattr(row, name).strip())
    if row.tam is None:
        if row.email or row.phone or row.chat:
            raise TamRefused("Nobody follows, so there is nobody to reach: leave that empty.")
        return
    if not (row.tam.is_active and row.tam.is_staff):
        raise TamRefused(f"{row.tam} is not active staff. Choose somebody who works here.")
    if not row.email:
        raise TamRefused("Say at which mail address the client reaches the TAM.")


def _refuse_if_planned(order: Order, at: datetime) -> None:
    planned = coming_handover(order, at=at)
    if planned is not None:
        who = planned.tam or "nobody"
        raise TamRefused(
            f"It is planned already that {who} follows from {planned.starts_on} on. "
            "Withdraw that first."
        )


def _ask_for_notice(row: TamAssignment, days: int, today: date) -> None:
    """Let a row wait for its notice; refuse a day that leaves too few days for it."""
    row.needs_notice = True
    row.earliest_on = earliest_handover_on(noticed_on=today, notice_days=days)
    if row.starts_on < row.earliest_on:
        raise TamRefused(
            f"{row.starts_on} is too soon: the client is told {days} calendar days before. "
            f"The earliest day is {row.earliest_on}."
        )
    if not people_to_tell(row.order):
        raise TamRefused(
            f"{row.order} has no active user who could be told. Add an authorised user first."
        )


def _refuse_without_reason(reason: str) -> None:
    if not reason.strip():
        raise TamRefused("Say why: the history keeps it.")


def _write(row: TamAssignment, *, reason: str, by: User, at: datetime) -> TamAssignment:
    row.reason, row.made_at, row.made_by = reason.strip(), at, by
    try:
        row.clean_fields(exclude=NOT_ASKED)
    except ValidationError as invalid:
        told = [f"{name}: {' '.join(texts)}" for name, texts in invalid.message_dict.items()]
        raise TamRefused(" ".join(told)) from invalid
    sign(row, reason=reason, by=by, at=at)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as taken:
        raise TamRefused(
            f"Another assignment of {row.order} begins on {row.starts_on}. "
            "Look at the order again, or choose another day."
        ) from taken
    return row
