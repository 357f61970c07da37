"""Rows that the page of an account shows besides its tickets: plain keyword-only functions."""

from datetime import date, datetime, timedelta
from itertools import count

from apps.contracts.models import (
    Account,
    Appointment,
    AuthorisedUser,
    EscalationRung,
    Order,
    OrderRevision,
    Standing,
)
from apps.intake.models import RefusedRequest
from apps.tickets.models import Ticket
from tests.factories import MORNING, make_staff

_serial = count(1)


def make_rung(*, order: Order, position: int, title: str = "Shift lead", phone: str = "") -> None:
    """Add a rung to an order's escalation matrix."""
    EscalationRung.objects.create(
        order=order,
        position=position,
        title=title,
        email=f"rung{position}@client.example.com",
        phone=phone,
    )


def make_standing(*, account: Account, state: str, why: str, clause: str = "") -> None:
    """Set how an account stands."""
    Standing.objects.create(account=account, state=state, since_at=MORNING, clause=clause, why=why)


def make_amendment(*, order: Order, dated_on: date, number: int) -> None:
    """Record that an order was amended."""
    OrderRevision.objects.create(
        order=order,
        number=number,
        kind=OrderRevision.Kind.AMENDED,
        dated_on=dated_on,
        at=MORNING,
    )


def make_appointment(
    *,
    requester: AuthorisedUser,
    subject: str,
    starts_at: datetime,
    state: str = Appointment.State.CONFIRMED,
) -> Appointment:
    """Book an hour of help."""
    is_decided = state != Appointment.State.ASKED
    return Appointment.objects.create(
        order=requester.order,
        requester=requester,
        kind=Appointment.Kind.OFF_HOURS,
        subject=subject,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        state=state,
        asked_at=MORNING,
        decided_at=MORNING if is_decided else None,
        staff=make_staff() if is_decided else None,
        source_key=f"appointment:{next(_serial)}",
    )


def make_refused(*, account: Account, subject: str, why: str = "Not a user of any order.") -> None:
    """Keep a request that was refused."""
    RefusedRequest.objects.create(
        asked_at=MORNING,
        channel=Ticket.Channel.EMAIL,
        wanted=RefusedRequest.Wanted.TICKET,
        sender="stranger@client.example.com",
        account=account,
        subject=subject,
        clause="H-1",
        why=why,
        source_key=f"refused:{next(_serial)}",
    )
