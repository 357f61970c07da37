"""What the home page shows, read in few and bounded queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import OuterRef, QuerySet

from apps.backoffice.capped import CappedCount, capped_count
from apps.contracts import queries as contracts
from apps.contracts.models import (
    Account,
    Appointment,
    AuthorisedUser,
    Order,
    PolicyVersion,
    Severity,
    Standing,
)
from apps.escalation.models import CoverageGap, Escalation, OutageReport, Page
from apps.intake.models import InboundMail, VoiceMessage
from apps.outbox.models import Message
from apps.tickets.models import Deadline, Ticket

NEXT_DUE = 10
LATEST_MAILS = 5
LOOK_BACK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Bar:
    """The open tickets of one severity. ``share`` is the percentage of the longest bar."""

    policy: str
    label: str
    rank: int
    keys: Sequence[int]
    count: int
    share: int


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline that falls due, and the service time that is left until then."""

    deadline: Deadline
    left: timedelta
    near: bool


def open_by_severity() -> Sequence[Bar]:
    """Return the open tickets of each severity of the published policies, the worst first."""
    tickets = Ticket.objects.unclosed().filter(severity=OuterRef("pk"))
    rows = (
        Severity.objects.filter(version__state=PolicyVersion.State.PUBLISHED)
        .annotate(open_count=CappedCount(tickets))
        .order_by("version__policy__title", "rank")
        .values_list("pk", "open_count", "version__policy__title", "rank", "label")
    )
    merged: dict[tuple[str, int, str], dict[int, int]] = {}
    for pk, count, policy, rank, label in rows:
        merged.setdefault((policy, rank, label), {})[pk] = count
    counts = {place: sum(found.values()) for place, found in merged.items()}
    longest = max(counts.values(), default=0) or 1
    return [
        Bar(
            policy=policy,
            label=label,
            rank=rank,
            keys=list(merged[policy, rank, label]),
            count=count,
            share=round(100 * count / longest),
        )
        for (policy, rank, label), count in counts.items()
    ]


def pages_in_nobodys_hand() -> int:
    """Return how many pages nobody has taken, up to the cap."""
    return capped_count(Page.objects.open())


def hours_that_nobody_has() -> int:
    """Return how many spans ahead nobody is on call, up to the cap."""
    return capped_count(CoverageGap.objects.filter(state=CoverageGap.State.OPEN))


def voice_messages() -> int:
    """Return how many voice messages are not settled, up to the cap."""
    return capped_count(VoiceMessage.objects.exclude(state=VoiceMessage.State.SETTLED))


def next_due(*, at: datetime) -> Sequence[Due]:
    """Return the deadlines that fall due next, with the service time that is left."""
    deadlines = list(
        Deadline.objects.open()
        .filter(due_at__gte=at)
        .select_related("ticket__account", "ticket__severity", "ticket__assignee")
        .order_by("due_at")[:NEXT_DUE]
    )
    hours: dict[int, Any] = {}
    for version in {deadline.ticket.version_id for deadline in deadlines}:
        hours |= contracts.hours_of_version(version)
    return [
        Due(
            deadline,
            left=hours[deadline.calendar_id].between(at, deadline.due_at),
            near=deadline.warn_at is not None and deadline.warn_at <= at,
        )
        for deadline in deadlines
    ]


def to_look_at(*, at: datetime) -> QuerySet[InboundMail]:
    """Return the mails that are held, and those of the last days that became nothing, or cut."""
    return InboundMail.objects.to_look_at(since=at - LOOK_BACK).defer("raw")


def escalations_unanswered() -> tuple[int, int]:
    """Return how many escalations have no answer, and how many of them nobody has in hand.

    Clause: V-9.2, S-7.
    """
    unanswered = Escalation.objects.filter(state__in=Escalation.IN_HAND)
    return capped_count(unanswered), capped_count(Escalation.objects.unanswered())


def appointments_to_decide() -> int:
    """Return how many appointments wait for a decision, up to the cap."""
    return capped_count(Appointment.objects.asked())


def outage_reports(state: str) -> int:
    """Return how many Reasons for Outage are to be written, or to be reviewed, up to the cap.

    Clause: S-6.
    """
    return capped_count(OutageReport.objects.unissued().filter(state=state))


def suspended_accounts() -> int:
    """Return how many accounts are not in good standing, up to the cap.

    Clause: S-12.
    """
    return capped_count(Standing.objects.exclude(state=Standing.State.GOOD))


def dead_letters() -> int:
    """Return how many messages were given up, up to the cap."""
    return capped_count(Message.objects.dead())


def first_steps() -> Sequence[tuple[str, bool]]:
    """Return what a fresh installation needs before its first ticket, and whether it is done."""
    published = PolicyVersion.objects.filter(state=PolicyVersion.State.PUBLISHED)
    return [
        ("policy", published.exists()),
        ("account", Account.objects.exists()),
        ("order", Order.objects.executed().exists()),
        ("user", AuthorisedUser.objects.filter(is_active=True).exists()),
        ("mail", InboundMail.objects.exists()),
    ]
