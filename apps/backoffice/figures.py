"""What the home page shows, read in few and bounded queries."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import OuterRef, QuerySet

from apps.billing.models import (
    BillingDispute,
    PaymentImportRow,
    RatedEvent,
    StandingProposal,
    WaiverRequest,
)
from apps.changes.models import Maintenance
from apps.contracts import queries as contracts
from apps.contracts.models import (
    Account,
    Appointment,
    AuthorisedUser,
    Order,
    PolicyVersion,
    ServiceRequest,
    Severity,
    Standing,
    User,
)
from apps.escalation.models import CoverageGap, Escalation, OutageReport, Page
from apps.intake.models import Alert, InboundMail, VoiceMessage
from apps.outbox.capped import CappedCount, capped_count
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


# What waits for somebody, by the tile that it stands on; of escalations also those in nobody's hand
# (V-9.2, S-7, S-6, S-2, S-11, S-12, V-2-order,
#
WAITING: Mapping[str, Callable[[], QuerySet]] = {
    "escalations": lambda: Escalation.objects.filter(state__in=Escalation.IN_HAND),
    "in_nobodys_hand": Escalation.objects.unanswered,
    "appointments": Appointment.objects.asked,
    "service_requests": ServiceRequest.objects.asked,
    "reports_to_write": lambda: OutageReport.objects.unissued().filter(state="DRAFT"),
    "reports_to_review": lambda: OutageReport.objects.unissued().filter(state="REVIEW"),
    "suspended": lambda: Standing.objects.exclude(state=Standing.State.GOOD),
    "pages": Page.objects.open,
    "gaps": lambda: CoverageGap.objects.filter(state=CoverageGap.State.OPEN),
    "to_quote": lambda: RatedEvent.objects.filter(held_for__in=["QUOTE", "TERM"]),
    "waivers": lambda: WaiverRequest.objects.filter(state=WaiverRequest.State.ASKED),
    "disputed_amounts": lambda: BillingDispute.objects.filter(state__in=BillingDispute.OPEN),
    "payment_rows": lambda: PaymentImportRow.objects.filter(
        state__in=PaymentImportRow.FOR_A_PERSON
    ),
    "proposed": lambda: StandingProposal.objects.filter(status=StandingProposal.Status.OPEN),
    "to_announce": Maintenance.objects.to_announce,
    "alerts_to_map": Alert.objects.to_map,
    "voice": lambda: VoiceMessage.objects.exclude(state=VoiceMessage.State.SETTLED),
}


def waiting(user: Any) -> Mapping[str, int]:
    """Return how many of each wait, up to the cap: all in one query, of the reader's own row."""
    counts = [CappedCount(rows()) for rows in WAITING.values()]
    found = User.objects.filter(pk=user.pk).values_list(*counts).get()
    return dict(zip(WAITING, found, strict=True))


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


def dead_letters() -> int:
    """Return how many messages were given up, up to the cap."""
    return capped_count(Message.objects.dead().for_us())


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
