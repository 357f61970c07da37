"""What the answer of entitlement is made from, for tests: standings and booked hours."""

from datetime import datetime, timedelta

from apps.contracts.models import Account, Appointment, AuthorisedUser, Standing
from tests.factories import MORNING, make_staff


def make_standing(
    *,
    account: Account,
    state: str = Standing.State.SUPPORT_SUSPENDED,
    why: str = "Invoice 7 is overdue",
    clause: str = "S-12",
    since_at: datetime = MORNING,
) -> Standing:
    """Put an account in a standing, as the service would."""
    return Standing.objects.create(
        account=account, state=state, why=why, clause=clause, since_at=since_at
    )


def make_booked(
    *,
    requester: AuthorisedUser,
    starts_at: datetime,
    length: timedelta = timedelta(hours=1),
    state: str = Appointment.State.CONFIRMED,
    kind: str = Appointment.Kind.OFF_HOURS,
) -> Appointment:
    """Book a time for a user's order, or ask for one."""
    is_decided = state != Appointment.State.ASKED
    return Appointment.objects.create(
        order=requester.order,
        requester=requester,
        kind=kind,
        subject="Move the trunks",
        starts_at=starts_at,
        ends_at=starts_at + length,
        state=state,
        asked_at=MORNING,
        decided_at=MORNING if is_decided else None,
        staff=make_staff() if is_decided else None,
        source_key=f"test:{starts_at}:{state}",
    )
