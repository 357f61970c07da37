"""TAMs as staff see them: a section of the order's page, and a list of all assignments."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby, pairwise
from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone
from unfold.decorators import display

from apps.contracts.admin.kept import KeptAdmin
from apps.contracts.admin.page import hours_of
from apps.contracts.models import Order, TamAssignment, User
from apps.contracts.queries import has_tam
from apps.contracts.queries.tam_terms import notice_days, reach_of_tam
from apps.contracts.queries.tams import day_of, is_served
from apps.contracts.rules.tams import Reached, counts, holder, waits
from apps.contracts.services.tam_notices import key_of_notice
from apps.outbox.models import Message
from apps.outbox.readonly import ReadOnlyAdmin

MOST_EARLIER = 10


@dataclass(frozen=True, slots=True)
class Earlier:
    """An assignment that holds no more, or never did. No last day: it never began."""

    row: TamAssignment
    next_on: date | None


@dataclass(frozen=True, slots=True)
class TamSection:
    """What the order's page says of its TAM: who holds, who follows, who was before."""

    is_served: bool
    held: TamAssignment | None
    coming: TamAssignment | None
    notice: str  # of the coming one: "", "WAITS", "SENT" or "LOST"
    earlier: Sequence[Earlier]
    earlier_left: int
    reached: str
    acts: Sequence[str]


def section_of(order: Order, *, user: Any, at: datetime) -> TamSection | None:
    """Return the section for a person; None: the order has and had no TAM."""
    rows = list(order.tam_assignments.select_related("tam").order_by("starts_on", "pk"))
    if not rows and (order.state == Order.State.DRAFT or not has_tam(order)):
        return None
    today = day_of(order, at)
    held = holder(rows, on=today)
    standing = [row for row in rows if row.withdrawn_at is None]
    coming = next((row for row in standing if waits(row) or row.starts_on > today), None)
    earlier = list(_earlier(rows, held, coming))
    return TamSection(
        is_served=is_served(order, at=at),
        held=held if held and held.tam else None,
        coming=coming,
        notice=_notice(coming),
        earlier=earlier[:MOST_EARLIER],
        earlier_left=max(0, len(earlier) - MOST_EARLIER),
        reached=reached_in_words(order, on=today),
        acts=[
            act
            for act in [*_acts(order, held, coming, today), *_corrected(held, coming)]
            if user.has_perm(MAY[act])
        ],
    )


MAY = {
    "assign": "contracts.add_tamassignment",
    "hand_over": "contracts.add_tamassignment",
    "withdraw": "contracts.change_tamassignment",
    "correct": "contracts.change_tamassignment",
    "correct_coming": "contracts.change_tamassignment",
}


def _corrected(held: TamAssignment | None, coming: TamAssignment | None) -> Iterator[str]:
    """Yield whose contacts can be corrected: of who is the TAM, of who follows."""
    if held and held.tam:
        yield "correct"
    if coming and coming.tam:
        yield "correct_coming"


def _acts(
    order: Order, held: TamAssignment | None, coming: TamAssignment | None, today: date
) -> Iterator[str]:
    """Yield what can be done now. What comes may be withdrawn whatever became of the order."""
    if coming is not None:
        yield "withdraw"
        return
    is_over = order.ends_on is not None and order.ends_on < today
    if order.state == Order.State.EXECUTED and not is_over and notice_days(order) is not None:
        if held and held.tam:
            yield "hand_over"
        elif has_tam(order):
            yield "assign"


def _earlier(
    rows: Sequence[TamAssignment], held: TamAssignment | None, coming: TamAssignment | None
) -> Iterator[Earlier]:
    """Yield the rest, the latest first."""
    begun = [row for row in rows if counts(row) and row != coming]
    ends = {row.pk: after.starts_on for row, after in pairwise(begun)}
    for row in reversed(rows):
        if row not in (held, coming):
            yield Earlier(row, ends.get(row.pk))


def _notice(coming: TamAssignment | None) -> str:
    if coming is None or not coming.needs_notice:
        return ""
    if coming.noticed_at is not None:
        return "SENT"
    told = Message.objects.filter(key__startswith=key_of_notice(coming))
    return "WAITS" if told.exclude(state__in=["DEAD", "WITHDRAWN"]).exists() else "LOST"


def reached_in_words(order: Order, *, on: date) -> str:
    """Return when the TAM is reached, such as “Monday to Friday 08:00 to 17:00 (Helsinki)”."""
    reach = reach_of_tam(order)
    if reach.calendar is None:
        return "Around the clock"
    hours = hours_of(reach.calendar, on=on)
    if hours.revision.always_open:
        return "Around the clock"
    note = "" if reach.how == Reached.OWN_HOURS else ", the policy's standard hours"
    return f"{', '.join(_week(hours.week))}, {hours.revision.time_zone}{note}"


def _week(week: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield the open days, those that follow each other with the same hours together."""
    for hours, group in groupby(week, key=lambda each: each[1]):
        days = [day for day, _ in group]
        if hours != "closed":
            yield f"{days[0]} to {days[-1]} {hours}" if len(days) > 1 else f"{days[0]} {hours}"


def staff_to_choose(*, without: User | None = None) -> Any:
    """Return the staff who can become a TAM."""
    return (
        User.objects.filter(is_active=True, is_staff=True)
        .exclude(pk__in=[without.pk] if without else [])
        .order_by("first_name", "last_name", "username")
    )


@admin.register(TamAssignment)
class TamAssignmentAdmin(ReadOnlyAdmin, KeptAdmin):
    """Every assignment of a TAM to an order. They are made on the order's page."""

    list_display = ["order", "account", "who", "starts_on", "badge", "email", "phone"]
    list_display_links = ["order"]
    list_select_related = ["order__account", "order__version", "tam"]
    list_filter = [("tam", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["order__number", "order__account__name", "tam__username", "tam__last_name"]
    ordering = ["-starts_on", "-pk"]
    fields = [
        "order",
        "who",
        "starts_on",
        "email",
        "phone",
        "chat",
        "reason",
        "needs_notice",
        "noticed_at",
        "earliest_on",
        "made_at",
        "made_by",
        "withdrawn_at",
    ]
    readonly_fields = ["who"]

    @display(description="Account")
    def account(self, row: TamAssignment) -> str:
        return str(row.order.account)

    @display(description="TAM")
    def who(self, row: TamAssignment) -> str:
        return str(row.tam or "Nobody")

    @display(
        description="State",
        label={"HOLDS": "success", "WAITS": "warning", "PLANNED": "info"},
    )
    def badge(self, row: TamAssignment) -> tuple[str, str]:
        state = state_of(row, next_on=row.next_on, at=timezone.now())  # type: ignore[attr-defined]
        return state, STATES[state]

    def get_queryset(self, request: HttpRequest) -> QuerySet[TamAssignment]:
        """Read with each row the day on which the next one of its order begins."""
        rows = super().get_queryset(request)
        others = TamAssignment.objects.effective(on=date.max)  # type: ignore[attr-defined]
        after = others.filter(order=OuterRef("order"), starts_on__gt=OuterRef("starts_on"))
        following = Subquery(after.order_by("starts_on").values("starts_on")[:1])
        return rows.annotate(next_on=following)


STATES = {
    "WITHDRAWN": "Withdrawn",
    "WAITS": "Notice not sent yet",
    "PLANNED": "Planned",
    "HOLDS": "Holds",
    "OVER": "Over",
}


def state_of(row: TamAssignment, *, next_on: date | None, at: datetime) -> str:
    """Return where an assignment stands today, in its order's zone; a key of STATES."""
    today = day_of(row.order, at)
    if row.withdrawn_at is not None:
        return "WITHDRAWN"
    if waits(row):
        return "WAITS"
    if row.starts_on > today:
        return "PLANNED"
    return "HOLDS" if next_on is None or next_on > today else "OVER"


def context_of(request: HttpRequest, order: Order, *, at: datetime) -> Mapping[str, Any]:
    """Return what the order's page needs to show the section; nothing: the person may not."""
    if not request.user.has_perm("contracts.view_tamassignment"):
        return {}
    return {"tam": section_of(order, user=request.user, at=at)}
