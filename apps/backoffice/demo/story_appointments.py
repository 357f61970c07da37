"""The demo's appointments: one to be decided, one confirmed, one taken early, one refused.

Their times hang on the calendar and not on the demo's hour: they lie on the next days that fit.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from apps.backoffice.demo.acts import DemoFault, Stage
from apps.contracts import queries, services
from apps.contracts.models import Appointment, AuthorisedUser, PolicyVersion
from apps.intake.services import Booked, request_appointment

ROSA, PIA = "rosa@copperfield.example.com", "pia.novak@northgate.example.com"
HOUR = timedelta(hours=1)


def book_appointments(stage: Stage, at: datetime) -> None:
    """Ask for the appointments in the days before ``at``, and decide on some of them."""
    duty = stage.people["duty"]
    rosa, pia = (AuthorisedUser.objects.get(email=email) for email in (ROSA, PIA))
    days = _business_days(rosa.order.version, at)
    _asked(
        _book(
            rosa,
            "INSTALL",
            "New office: forty handsets",
            _local(rosa, days[5], time(14)),
            at=at - 3 * HOUR,
            key="install",
        )
    )
    weekend = _asked(
        _book(
            pia,
            "OFF_HOURS",
            "Moving the exchange to the new cabinet",
            _local(pia, days[1], time(21)),
            at=at - 26 * HOUR,
            key="move",
        )
    )
    services.confirm_appointment(
        appointment=weekend,
        staff=stage.people["agent"],
        by=duty,
        at=at - 25 * HOUR,
        note="Please have somebody at the cabinet with the keys.",
    )
    early = _book(
        pia,
        "INSTALL",
        "Two more lines for the fair",
        _local(pia, days[0], time(10)),
        at=at - 2 * HOUR,
        key="early",
        by=duty,
    )
    if early.refused is None:
        raise DemoFault("An install on the next business day was not refused.")
    _asked(
        _book(
            pia,
            "INSTALL",
            "Two more lines for the fair",
            _local(pia, days[0], time(10)),
            at=at - 2 * HOUR,
            key="priority",
            by=duty,
            is_priority=True,
        )
    )
    late = _asked(
        _book(
            rosa,
            "OFF_HOURS",
            "Night watch during our stocktaking",
            _local(rosa, days[2], time(23)),
            at=at - 30 * HOUR,
            key="night",
        )
    )
    services.decline_appointment(
        appointment=late,
        reason="Nobody is free that night. The night before, or after, would do.",
        by=duty,
        at=at - 28 * HOUR,
    )


def _book(
    user: AuthorisedUser,
    kind: str,
    subject: str,
    starts_at: datetime,
    *,
    at: datetime,
    key: str,
    **facts: object,
) -> Booked:
    given: dict = {
        "requester": user,
        "channel": "PHONE",
        "kind": kind,
        "subject": subject,
        "details": "",
        "starts_at": starts_at,
        "ends_at": starts_at + 2 * HOUR,
        "at": at,
        "source_key": f"demo-appointment:{key}",
        **facts,
    }
    return request_appointment(**given)


def _asked(booked: Booked) -> Appointment:
    if booked.appointment is None:
        raise DemoFault(f"It could not be booked: {booked.refused and booked.refused.why}")
    return booked.appointment


def _business_days(version: PolicyVersion, at: datetime) -> list[date]:
    """Return the next six days after ``at`` on which the policy's standard hours open."""
    hours = queries.standard_hours(version.pk)
    found: list[date] = []
    day = at.astimezone(hours.zone).date()
    while len(found) < 6:  # noqa: PLR2004 (as many as the story needs)
        day += timedelta(days=1)
        noon = datetime.combine(day, time(12), hours.zone)
        if hours.is_open(noon.astimezone(UTC)):
            found.append(day)
    return found


def _local(user: AuthorisedUser, day: date, at: time) -> datetime:
    zone: ZoneInfo = user.order.zone
    return datetime.combine(day, at, zone).astimezone(UTC)
