"""Appointments through the same door: booked, or a reasoned no that is kept."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from apps.contracts import services as contracts
from apps.contracts.models import Appointment, AuthorisedUser, Service, User
from apps.contracts.rules.entitlement import Answer
from apps.contracts.wording import span
from apps.intake.models import RefusedRequest
from apps.intake.services.refuse import refuse, tell


@dataclass(frozen=True, slots=True)
class Booked:
    """What became of the wish: an appointment to be decided, or a refusal that is kept.

    ``earliest_on`` is the first day on which a new install owes no priority handling, where it was
    refused for that.
    """

    appointment: Appointment | None = None
    refused: RefusedRequest | None = None
    earliest_on: date | None = None


@transaction.atomic
def request_appointment(
    *,
    requester: AuthorisedUser,
    channel: str,
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
) -> Booked:
    """Book what a known person asks for, or refuse it; a refusal is kept with every step.

    ``source_key`` names the request: the same again gives the same result, and does nothing twice.
    ``by`` is who takes it for the client, and tells them of a refusal; None: we write to them.
    ``fee_is_agreed``: the client saw what priority handling costs, and agreed.

    Clause: S-2.1, S-3, V-1.2, V-3.5, S-12.

    :raises contracts.AppointmentRefused: ``by`` wrote a time that nobody could book, such as one
        that has passed: their slip, which is not kept as something that the client asked for.
    """
    # Of two that bring the same request, the second waits here and finds what became of it.
    AuthorisedUser.objects.select_for_update(no_key=True).get(pk=requester.pk)
    before = RefusedRequest.objects.filter(source_key=source_key).first()
    if before is not None:
        return Booked(refused=before)
    try:
        appointment = contracts.ask_appointment(
            requester=requester,
            kind=kind,
            subject=subject,
            details=details,
            starts_at=starts_at,
            ends_at=ends_at,
            at=at,
            source_key=source_key,
            service=service,
            is_priority=is_priority,
            fee_is_agreed=fee_is_agreed,
            by=by,
        )
    except contracts.AppointmentRefused as refusal:
        if refusal.is_slip and by is not None:
            raise
        answer = Answer(False, refusal.clause, str(refusal), refusal.steps)
        earliest_on = refusal.earliest_on
    else:
        return Booked(appointment=appointment)
    refused = refuse(
        answer=answer,
        person=requester,
        sender=requester.email,
        channel=channel,
        wanted=kind,
        subject=subject,
        text=f"{_asked_for(requester, starts_at, ends_at)}\n\n{details}".strip(),
        service=service,
        at=at,
        source_key=source_key,
        by=by,
    )
    if by is None:
        tell(refused)
    return Booked(refused=refused, earliest_on=earliest_on)


def _asked_for(requester: AuthorisedUser, starts_at: datetime, ends_at: datetime) -> str:
    """Return the time that was asked for, in the order's zone as long as a clock can show it."""
    try:
        return f"Asked for: {span(starts_at, ends_at, requester.order.zone)}"
    except OverflowError:
        return f"Asked for: {starts_at.isoformat()} to {ends_at.isoformat()}"
