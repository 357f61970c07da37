"""What a client does with an appointment of theirs: withdraws it, or asks for another time.

``client`` is the authorised user who does it, and ``appointment`` what they read; if somebody
changed it since, they are told. ``zone`` is that in which a refusal tells times; None: the order's.
Who of ours was to be there hears that they need not.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from apps.contracts.models import Appointment, AuthorisedUser, User
from apps.contracts.rules.appointments import Kind, Wish
from apps.contracts.services.appointment_decisions import cancel_appointment
from apps.contracts.services.appointments import (
    AppointmentRefused,
    book,
    checked,
    decided,
    held,
    refuse_unless_agreed,
    tell,
)
from apps.contracts.services.order_fees import mark_install
from apps.contracts.services.orders import sign
from apps.outbox.enqueue import enqueue
from apps.outbox.rules.address import is_plain_address

State = Appointment.State


@transaction.atomic
def withdraw_appointment(
    *,
    appointment: Appointment,
    client: AuthorisedUser,
    reason: str,
    at: datetime,
    zone: ZoneInfo | None = None,
) -> Appointment:
    """Cancel an appointment that the client does not need any more. It costs nothing.

    Clause: S-2.1, S-3, V-3.5.

    :raises AppointmentRefused: it is not theirs to withdraw; it is declined, cancelled, begun or
        over; or nobody says why.
    """
    person = _speaker(client, appointment)
    before = held(appointment, by=person.user, zone=zone)
    if before.state == State.CONFIRMED and before.starts_at <= at:
        raise AppointmentRefused("It has begun, or is over: there is nothing to withdraw.")
    if not reason.strip():
        raise AppointmentRefused("Say why you do not need it: it is kept.")
    now = cancel_appointment(
        appointment=appointment, reason=reason, by=person.user, at=at, zone=zone
    )
    _release(before, person, reason=reason, is_moved=False, at=at)
    return now


@transaction.atomic
def postpone_appointment(
    *,
    appointment: Appointment,
    client: AuthorisedUser,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    at: datetime,
    is_priority: bool = False,
    fee_is_agreed: bool = False,
    zone: ZoneInfo | None = None,
) -> Appointment:
    """Ask for another time, earlier or later, of an appointment that was asked for or confirmed.

    The rules are asked again, and notice counts from ``at``. It is then to be decided anew: who was
    to be there may not be free. ``fee_is_agreed``: the client saw what priority handling costs, and
    agreed.

    Clause: S-2.1, S-3, V-3.5, R-7.

    :raises AppointmentRefused: it is not theirs to move; it is declined, cancelled or begun; nobody
        says why; nothing changes; or the time cannot be booked.
    """
    person = _speaker(client, appointment)
    now = held(appointment, by=person.user, zone=zone)
    if now.state not in (State.ASKED, State.CONFIRMED):
        raise AppointmentRefused(f"{decided(now, zone)} Book a new one instead.")
    if now.state == State.CONFIRMED and now.starts_at <= at:
        raise AppointmentRefused("It has begun, or is over: book a new one instead.")
    if not reason.strip():
        raise AppointmentRefused("Say why you want another time: it is kept.")
    was = (now.starts_at, now.ends_at)
    if was == (starts_at, ends_at):
        raise AppointmentRefused("That is its time already: choose another one.")
    refuse_unless_agreed(is_priority=is_priority, fee_is_agreed=fee_is_agreed)
    wish = Wish(Kind(now.kind), starts_at, ends_at, asked_at=at, is_priority=is_priority)
    booking, steps = checked(wish, requester=person, service=now.service, at=at)
    _release(now, person, reason=reason, is_moved=True, at=at)
    now.state, now.staff, now.decision = State.ASKED, None, ""
    now.decided_at = now.decided_by = None
    book(now, wish, booking, steps)
    sign(now, reason=reason.strip(), by=person.user, at=at)
    now.save()
    if now.kind == Kind.INSTALL:
        mark_install(now.order, at=at)
    told = {"reason": reason.strip(), "for_client": True}
    tell(now, "moved", at=at, was=[instant.isoformat() for instant in was], **told)
    return now


def _speaker(client: AuthorisedUser, appointment: Appointment) -> AuthorisedUser:
    """Return the client as they are now.

    Clause: V-3.5.

    :raises AppointmentRefused: they may not speak for the order, or only for what they asked for.
    """
    person = AuthorisedUser.objects.select_related("user").get(pk=client.pk)
    speaks = person.is_active and person.may_open and person.order_id == appointment.order_id
    if not speaks or not (person.sees_all_tickets or person.pk == appointment.requester_id):
        raise AppointmentRefused(f"{person.email} may not change this appointment.", clause="V-3.5")
    return person


def _release(
    before: Appointment, person: AuthorisedUser, *, reason: str, is_moved: bool, at: datetime
) -> None:
    """Queue a mail to who was to be there, of an appointment as it was."""
    staff: User | None = before.staff
    if before.state != State.CONFIRMED or staff is None or not is_plain_address(staff.email):
        return
    was = [instant.isoformat() for instant in (before.starts_at, before.ends_at)]
    enqueue(
        topic="appointment.released",
        key=f"appointment:{before.pk}:released:{staff.pk}:{at.isoformat()}",
        recipient=staff.email,
        payload={
            "appointment_id": before.pk,
            "was": was,
            "client": person.name,
            "reason": reason.strip(),
            "is_moved": is_moved,
        },
        at=at,
    )
