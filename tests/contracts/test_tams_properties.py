"""Whatever is done in whatever order: never two TAMs on a day, and never one without notice."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.contracts import services
from apps.contracts.models import Order, TamAssignment, User
from apps.contracts.queries import coming_handover, tam_of
from apps.outbox.models import Message
from tests.factories import make_client, make_staff
from tests.tams_made import NOTICE, assign, hand_over, make_tam_order, withdraw

pytestmark = pytest.mark.django_db
BEGAN = datetime(2026, 3, 20, 21, 30, tzinfo=UTC)  # half past eleven in Helsinki
FIRST = date(2026, 3, 20)
NOTICE_DAYS = 9
ACTS = ["assign", "hand_over", "leave", "withdraw", "send", "sweep"]
step = st.tuples(
    st.sampled_from(ACTS),
    st.sampled_from([0, 1, 3, 24, 100, 240]),  # hours that pass before it
    st.sampled_from([0, 8, 9, 10]),  # days ahead that are asked for
    st.integers(0, 2),  # which of the staff
)


class Rolled(Exception):
    """Ends an example: what it wrote is taken back."""


@pytest.fixture
def stage(db) -> tuple[Order, list[User]]:
    """An order with a TAM, and staff to choose from; each example begins with them."""
    order, staff = make_tam_order(), [make_staff() for _ in range(4)]
    make_client(order=order)
    assign(order, staff[0], at=BEGAN, by=staff[3])
    return order, staff


def act(name: str, order: Order, at: datetime, ahead: int, *, tam: User, by: User) -> None:
    day = at.astimezone(order.zone).date() + timedelta(days=ahead)
    planned = coming_handover(order, at=at)
    if name == "assign":
        assign(order, tam, starts_on=day, at=at, by=by)
    elif name in ("hand_over", "leave"):
        hand_over(order, tam if name == "hand_over" else None, day, at=at, by=by)
    elif name == "withdraw" and planned:
        withdraw(planned, at=at, by=by)
    elif name == "send":
        due = Message.objects.filter(topic=NOTICE, state="PENDING").order_by("pk")[:1]
        Message.objects.filter(pk__in=due.values("pk")).update(
            state="SENT", due_at=None, sent_at=at
        )
    elif name == "sweep":
        services.note_notices(at=at)


def played(order: Order, staff: Sequence, steps) -> list[tuple[date, object]]:
    """Do all steps; return who was the TAM on each day, as it was told on that very day."""
    at, told = BEGAN, []
    for name, hours, ahead, which in steps:
        at += timedelta(hours=hours)
        with suppress(services.TamRefused):
            act(name, order, at, ahead, tam=staff[which], by=staff[3])
        today = at.astimezone(order.zone).date()
        told.append((today, tam_of(order, on=today)))
    return told


def said_in_time(row: TamAssignment) -> bool:
    """Whether a hand-over that counts was told the policy's days before, in the order's zone."""
    if not row.needs_notice:
        return row.starts_on <= FIRST  # the order's first TAM, who follows nobody
    sent = Message.objects.filter(key__startswith=f"tam:{row.pk}:replaced:", state="SENT")
    days = [message.sent_at.astimezone(ZoneInfo("Europe/Helsinki")).date() for message in sent]
    return bool(days) and row.starts_on - min(days) >= timedelta(days=NOTICE_DAYS)


@pytest.mark.clause("V-6.1", "V-6.2", "V-6.6")
@given(steps=st.lists(step, max_size=14))
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_there_are_never_two_tams_and_none_without_notice(stage, steps):
    order, staff = stage
    try:
        with transaction.atomic():
            told = played(order, staff, steps)
            rows = list(order.tam_assignments.filter(withdrawn_at=None))
            counting = [row for row in rows if not row.needs_notice or row.noticed_at]

            assert len({row.starts_on for row in rows}) == len(rows)
            assert len(rows) - len(counting) <= 1
            held = [row for _, row in told if row is not None]
            assert [row for row in [*counting, *held] if not said_in_time(row)] == []
            raise Rolled
    except Rolled:
        pass


@pytest.mark.clause("V-6.2")
@given(steps=st.lists(step, max_size=14))
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_who_was_the_tam_on_a_day_that_is_over_is_not_rewritten(stage, steps):
    order, staff = stage
    swept = [
        each
        for name, hours, ahead, which in steps
        for each in ((name, hours, ahead, which), ("sweep", 0, 0, 0))
    ]
    try:
        with transaction.atomic():
            told = played(order, staff, swept)
            last = dict(told)  # the last word of each day

            assert {day: tam_of(order, on=day) for day in last} == last
            raise Rolled
    except Rolled:
        pass
