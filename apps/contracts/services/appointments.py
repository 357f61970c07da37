"""Appointments: asked for, and moved to another time. What becomes of them: see decisions.

What can be booked is the rules' answer, kept with the appointment. Each change is in the history
with who, when and why, and the client hears of it.
"""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from apps.contracts.models import Appointment, AuthorisedUser, OptOut, Service, User
from apps.contracts.queries.appointment_answers import answer_to
from apps.contracts.queries.appointments import install_fee
from apps.contracts.queries.people import wants
from apps.contracts.rules.appointments import Bookable, Kind, Wish
from apps.contracts.rules.entitlement import Answer, Step
from apps.contracts.services.order_fees import mark_install
from apps.contracts.services.orders import sign
from apps.contracts.wording import moment, span
from apps.outbox.enqueue import enqueue
from apps.outbox.rules.address import is_plain_address

State = Appointment.State
LONGEST_SUBJECT = 250  # characters of it that are kept
# What somebody who decides must have seen: of two at once the second is told.
SEEN = ("state", "starts_at", "ends_at", "staff_id")


class AppointmentRefused(Exception):
    """It cannot be done; the message says why, and what can be.

    ``steps`` are the checks that were made, the last of which failed; ``earliest_on`` is the first
    day on which an install owes no priority handling, where that is what was wrong. ``is_slip``:
    the time is none that anybody could book, such as one that has passed.
    """

    def __init__(
        self,
        why: str,
        *,
        clause: str = "",
        steps: Sequence[Step] = (),
        earliest_on: date | None = None,
        is_slip: bool = False,
    ) -> None:
        super().__init__(why)
        self.clause = clause
        self.steps = tuple(steps)
        self.earliest_on = earliest_on
        self.is_slip = is_slip


@transaction.atomic
def ask_appointment(
    *,
    requester: AuthorisedUser,
    kind: str,
    subject: str,
    details: str,
    starts_at: datetime,
    ends_at: datetime,
    at: datetime,
    source_key: str,
    service: Service | None = None,
    is_priority: bool = False,
    fee_is_agreed: bool = False,
    by: User | None = None,
) -> Appointment:
    """Write down that a client asks for a time; somebody of ours confirms or declines it.

    ``by`` is who books it for the client, and may take it as priority handling; None: the client
    asks, and gets that only with ``fee_is_agreed``: they saw what it costs, and agreed. The same
    ``source_key`` again is the same appointment.

    Clause: S-2.1, S-3, V-1.2, V-3.5, R-7.

    :raises AppointmentRefused: nothing is owed to the requester, now or on that day; or the time
        cannot be booked.
    """
    # Of two that bring the same request, the second waits here and finds what became of it.
    AuthorisedUser.objects.select_for_update(no_key=True).get(pk=requester.pk)
    there = Appointment.objects.filter(source_key=source_key).first()
    if there is not None:
        return there
    refuse_unless_agreed(is_priority=is_priority, fee_is_agreed=fee_is_agreed or by is not None)
    wish = Wish(Kind(kind), starts_at, ends_at, asked_at=at, is_priority=is_priority)
    booking, steps = checked(wish, requester=requester, service=service, at=at)
    appointment = Appointment(
        order_id=requester.order_id,
        requester=requester,
        kind=kind,
        service=service,
        subject=" ".join(subject.split())[:LONGEST_SUBJECT],
        details=details,
        asked_at=at,
        source_key=source_key,
    )
    book(appointment, wish, booking, steps)
    sign(appointment, reason="Booked for the client" if by else "Asked for", by=by, at=at)
    appointment.save()
    if wants(requester, OptOut.Kind.RECEIPTS):
        tell(appointment, "asked", at=at)
    return appointment


@transaction.atomic
def move_appointment(
    *,
    appointment: Appointment,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    by: User,
    at: datetime,
    staff: User | None = None,
    is_priority: bool | None = None,
    zone: ZoneInfo | None = None,
    for_client: bool = False,
) -> Appointment:
    """Give an appointment another time; one that is confirmed stays so, and may change hands.

    ``appointment`` is what the caller read. The rules are asked again. ``for_client``: they want
    another time, and its notice counts from ``at``, as if they asked anew; if it is we who move
    it, it counts from when they first asked. ``staff`` and ``is_priority`` None: as they are.
    ``zone`` is that in which a refusal tells times; None: the order's.

    Clause: S-2.1, S-3, R-7.

    :raises AppointmentRefused: it is declined, cancelled or begun; nobody says why; nothing
        changes; the time cannot be booked; who is to be there is not free; or somebody was faster.
    """
    person = held_person(staff or appointment.staff)
    now = held(appointment, by=by, zone=zone)
    if now.state not in (State.ASKED, State.CONFIRMED):
        raise AppointmentRefused(f"{decided(now, zone)} Book a new one instead.")
    if now.state == State.CONFIRMED and now.starts_at <= at:
        raise AppointmentRefused("It has begun, or is over: book a new one instead.")
    if not reason.strip():
        raise AppointmentRefused("Say why it is moved: the client is told.")
    was = (now.starts_at, now.ends_at)
    if was == (starts_at, ends_at) and (now.state == State.ASKED or person == now.staff):
        raise AppointmentRefused("That is its time already: choose another one.")
    if is_priority is None:
        is_priority = now.is_priority
    asked_at = at if for_client else now.asked_at
    wish = Wish(Kind(now.kind), starts_at, ends_at, asked_at, is_priority=is_priority)
    booking, steps = checked(wish, requester=now.requester, service=now.service, at=at)
    if now.state == State.CONFIRMED and person is not None:
        refuse_unless_free(person, starts_at, ends_at, but=now, zone=zone)
        now.staff = person
    book(now, wish, booking, steps)
    now.decision = reason.strip()
    sign(now, reason=reason.strip(), by=by, at=at)
    now.save()
    if now.kind == Kind.INSTALL:
        mark_install(now.order, at=at)
    facts = {"reason": now.decision, "for_client": for_client}
    tell(now, "moved", at=at, was=[instant.isoformat() for instant in was], **facts)
    return now


def refuse_unless_agreed(*, is_priority: bool, fee_is_agreed: bool) -> None:
    """Refuse priority handling to who has not agreed to what it costs.

    :raises AppointmentRefused: they have not.
    """
    if is_priority and not fee_is_agreed:
        raise AppointmentRefused("Priority handling is ours to offer: ask for it in the details.")


def checked(
    wish: Wish, *, requester: AuthorisedUser, service: Service | None, at: datetime
) -> tuple[Bookable, tuple[Step, ...]]:
    """Return the rules' answer with all of its steps; a no is raised."""
    found = answer_to(wish, requester=requester, service=service, at=at)
    if found.allowed and found.booking is not None:
        return found.booking, found.steps
    no = found.booking if found.is_its_no else None
    raise AppointmentRefused(
        found.why,
        clause=found.clause,
        steps=found.steps,
        earliest_on=no.earliest_on if no else None,
        is_slip=no is not None and no.is_slip,
    )


def book(appointment: Appointment, wish: Wish, booking: Bookable, steps: Sequence[Step]) -> None:
    """Write the time into an appointment, with why it can be booked and what applies to it."""
    appointment.starts_at, appointment.ends_at = wish.starts_at, wish.ends_at
    appointment.is_priority = booking.is_priority
    appointment.fee = install_fee(appointment.order) if booking.is_billable else None
    appointment.steps = Answer(True, booking.clause, booking.why, tuple(steps)).as_json()["steps"]


def held_person(person: User | None) -> User | None:
    """Hold a person until the transaction ends, so that of two who book them one waits.

    Always before the appointment itself, or two people could wait for each other.
    """
    if person is None:
        return None
    return User.objects.select_for_update(no_key=True).get(pk=person.pk)


def held(appointment: Appointment, *, by: User | None, zone: ZoneInfo | None) -> Appointment:
    """Return an appointment as it is now, held until the transaction ends.

    ``by`` is who decides, and ``zone`` that in which they read times; None: the order's.

    :raises AppointmentRefused: somebody, perhaps they themselves, changed it since they read it.
    """
    rows = Appointment.objects.select_for_update(of=("self",)).select_related(
        "order__account", "order__version", "requester", "service", "staff", "decided_by"
    )
    now = rows.get(pk=appointment.pk)
    if any(getattr(now, name) != getattr(appointment, name) for name in SEEN):
        latest = now.history.latest("history_date", "history_id")
        is_theirs = by is not None and latest.history_user_id == by.pk
        if now.state != appointment.state:
            first = "You did already." if is_theirs else "Somebody was faster."
            raise AppointmentRefused(f"{first} {decided(now, zone, names=not is_theirs)}")
        when = span(now.starts_at, now.ends_at, zone or now.order.zone)
        first = "You changed it already" if is_theirs else "Somebody was faster"
        raise AppointmentRefused(
            f"{first}: it is on {when}{f', with {now.staff}' if now.staff else ''}."
            " Look at it again."
        )
    return now


def decided(appointment: Appointment, zone: ZoneInfo | None, *, names: bool = True) -> str:
    """Say what was decided on an appointment, when and by whom. ``zone`` None: the order's."""
    state = appointment.get_state_display().lower()
    who = f" by {appointment.decided_by}" if names and appointment.decided_by else ""
    zone, decided_at = zone or appointment.order.zone, appointment.decided_at
    return f"It was {state}{who}{f' on {moment(decided_at, zone)}' if decided_at else ''}."


def refuse_unless_free(
    person: User,
    starts_at: datetime,
    ends_at: datetime,
    *,
    but: Appointment,
    zone: ZoneInfo | None,
) -> None:
    """Refuse a time in which a held person is booked. One may begin when another ends.

    :raises AppointmentRefused: they have another appointment, or are not with us any more.
    """
    if not (person.is_active and person.is_staff):
        raise AppointmentRefused(f"{person} is not active staff: choose somebody else.")
    others = Appointment.objects.confirmed().filter(
        staff=person, starts_at__lt=ends_at, ends_at__gt=starts_at
    )
    other = others.exclude(pk=but.pk).select_related("order__account", "order__version")
    clash = other.order_by("starts_at").first()
    if clash is not None:
        when = span(clash.starts_at, clash.ends_at, zone or but.order.zone)
        raise AppointmentRefused(
            f"{person} has an appointment with {clash.order.account} then, {when}."
            " Choose somebody else, or another time."
        )


def tell(appointment: Appointment, what: str, *, at: datetime, **facts: object) -> None:
    """Queue a mail to the requester on what has just been saved."""
    recipient = appointment.requester.email
    if not is_plain_address(recipient):
        return
    # The history's row is the fact: a second move is another one.
    change = appointment.history.order_by("-history_id").values_list("history_id", flat=True)[0]
    enqueue(
        topic=f"appointment.{what}",
        key=f"appointment:{appointment.pk}:{what}:{change}",
        recipient=recipient,
        payload={"appointment_id": appointment.pk, **facts},
        at=at,
    )
