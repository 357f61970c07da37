"""What becomes of an appointment: confirmed, declined or cancelled. The client is told each time.

``appointment`` is always what the caller read; if somebody changed it since, the second is told.
``zone`` is that in which a refusal tells times; None: the order's.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from apps.contracts.models import Appointment, User
from apps.contracts.queries.appointments import category_of
from apps.contracts.queries.entitled import entitled_user
from apps.contracts.rules.entitlement import Wanted
from apps.contracts.services.appointments import (
    AppointmentRefused,
    decided,
    held,
    held_person,
    refuse_unless_free,
    tell,
)
from apps.contracts.services.order_fees import mark_install
from apps.contracts.services.orders import sign

State = Appointment.State


@transaction.atomic
def confirm_appointment(
    *,
    appointment: Appointment,
    staff: User,
    by: User,
    at: datetime,
    note: str = "",
    zone: ZoneInfo | None = None,
) -> Appointment:
    """Confirm an appointment: ``staff`` will be there. ``note`` goes to the client.

    Clause: S-2.1, S-3, V-3.1.

    :raises AppointmentRefused: it is decided already, or its time has come; the order does not
        hold on that day any more; or the person is no active staff or has another appointment.
    """
    person = held_person(staff) or staff
    now = _undecided(appointment, by, zone)
    if now.starts_at < at:
        raise AppointmentRefused("Its time has come and gone undecided: move it, or decline it.")
    that_day = entitled_user(
        user=now.requester,
        at=now.starts_at,
        service=now.service,
        wants=Wanted.APPOINTMENT,
        category=category_of(now.kind, now.order),
    )
    if not that_day.entitled:
        raise AppointmentRefused(that_day.why, clause=that_day.clause, steps=that_day.steps)
    refuse_unless_free(person, now.starts_at, now.ends_at, but=now, zone=zone)
    now.staff = person
    return _decide(now, State.CONFIRMED, note, why=note or "Confirmed", by=by, at=at)


@transaction.atomic
def decline_appointment(
    *,
    appointment: Appointment,
    reason: str,
    by: User,
    at: datetime,
    zone: ZoneInfo | None = None,
) -> Appointment:
    """Decline an appointment that was asked for. The client is told the reason.

    Clause: S-3 (it depends on who is free).

    :raises AppointmentRefused: it is decided already, or nobody says why.
    """
    now = _undecided(appointment, by, zone)
    _refuse_without(reason, "declined")
    return _decide(now, State.DECLINED, reason, why=reason, by=by, at=at)


@transaction.atomic
def cancel_appointment(
    *,
    appointment: Appointment,
    reason: str,
    by: User | None,
    at: datetime,
    zone: ZoneInfo | None = None,
) -> Appointment:
    """Cancel an appointment that is asked for or confirmed. ``by`` None: the client does.

    Clause: S-2.1, S-3.

    :raises AppointmentRefused: it is declined, cancelled or over, or nobody says why.
    """
    now = held(appointment, by=by, zone=zone)
    if now.state not in (State.ASKED, State.CONFIRMED):
        raise AppointmentRefused(f"{decided(now, zone)} There is nothing to cancel.")
    if now.state == State.CONFIRMED and now.ends_at <= at:
        raise AppointmentRefused("It is over: there is nothing to cancel.")
    _refuse_without(reason, "cancelled")
    return _decide(now, State.CANCELLED, reason, why=reason, by=by, at=at)


def _undecided(appointment: Appointment, by: User, zone: ZoneInfo | None) -> Appointment:
    now = held(appointment, by=by, zone=zone)
    if now.state != State.ASKED:
        raise AppointmentRefused(f"{decided(now, zone)} There is nothing to decide.")
    return now


def _refuse_without(reason: str, done: str) -> None:
    if not reason.strip():
        raise AppointmentRefused(f"Say why it is {done}: the client is told.")


def _decide(
    now: Appointment, state: str, words: str, *, why: str, by: User | None, at: datetime
) -> Appointment:
    now.state, now.decision = state, words.strip()
    now.decided_at, now.decided_by = at, by
    sign(now, reason=why.strip(), by=by, at=at)
    now.save()
    if now.kind == Appointment.Kind.INSTALL:
        mark_install(now.order, at=at)
    tell(now, str(state).lower(), at=at)
    return now
