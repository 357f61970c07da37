"""Who holds on a day, and the first day on which a hand-over may count."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from apps.contracts.rules.tams import (
    Reached,
    counts,
    earliest_handover_on,
    holder,
    reached,
    settled_start,
    waits,
)

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Row:
    name: str
    day: int
    needs_notice: bool = False
    noticed_at: datetime | None = None
    withdrawn_at: datetime | None = None

    @property
    def starts_on(self) -> date:
        return march(self.day)


def march(day: int) -> date:
    return date(2026, 3, day)


def on_each_day(*rows: Row) -> list[str | None]:
    """Who holds from 1 to 8 March."""
    held = [holder(rows, on=march(day)) for day in range(1, 9)]
    return [row and row.name for row in held]


@pytest.mark.clause("V-6.1", "V-6.2")
def test_an_assignment_holds_from_its_day_until_the_next_one_begins():
    rows = Row("next", 6, needs_notice=True, noticed_at=NOON), Row("first", 3)

    assert on_each_day(*rows) == [None, None, *["first"] * 3, *["next"] * 3]


@pytest.mark.clause("V-6.6")
def test_a_hand_over_does_not_begin_before_its_notice_has_gone_out():
    assert on_each_day(Row("first", 1), Row("next", 4, needs_notice=True)) == ["first"] * 8


@pytest.mark.clause("V-6.6")
def test_what_was_withdrawn_never_holds():
    assert on_each_day(Row("first", 1), Row("next", 4, withdrawn_at=NOON)) == ["first"] * 8


@pytest.mark.clause("V-6.6")
@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (Row("first", 1), (True, False)),
        (Row("noticed", 1, needs_notice=True, noticed_at=NOON), (True, False)),
        (Row("waiting", 1, needs_notice=True), (False, True)),
        (Row("withdrawn", 1, withdrawn_at=NOON), (False, False)),
        (Row("withdrawn waiting", 1, needs_notice=True, withdrawn_at=NOON), (False, False)),
    ],
    ids=lambda each: getattr(each, "name", None),
)
def test_an_assignment_counts_or_waits_or_neither(row, expected):
    assert (counts(row), waits(row)) == expected


@pytest.mark.clause("V-6.6")
@pytest.mark.parametrize(
    ("noticed_on", "days", "expected"),
    [
        (march(4), 5, march(9)),
        (march(4), 0, march(4)),
        (march(30), 5, date(2026, 4, 4)),
        (date(2027, 12, 28), 5, date(2028, 1, 2)),
        (date(2028, 2, 26), 5, date(2028, 3, 2)),
    ],
)
def test_the_earliest_day_is_whole_calendar_days_after_the_notice(noticed_on, days, expected):
    assert earliest_handover_on(noticed_on=noticed_on, notice_days=days) == expected


@pytest.mark.clause("V-6.6")
@pytest.mark.parametrize(
    ("noticed_on", "expected"),
    [(march(1), march(9)), (march(4), march(9)), (march(5), march(10)), (march(20), march(25))],
)
def test_a_late_notice_puts_the_start_off_and_an_early_one_leaves_it(noticed_on, expected):
    settled = settled_start(starts_on=march(9), noticed_on=noticed_on, notice_days=5)

    assert settled == expected


@pytest.mark.clause("V-4", "V-2-order")
@pytest.mark.parametrize(
    ("setting", "has_own_hours", "expected"),
    [
        ("always", False, Reached.ALWAYS),
        ("always", True, Reached.OWN_HOURS),
        ("order_calendar", True, Reached.OWN_HOURS),
        ("order_calendar", False, Reached.STANDARD_HOURS),
        ("", False, Reached.STANDARD_HOURS),
    ],
)
def test_a_tam_is_reached_as_the_order_states_else_as_its_plan_does(
    setting, has_own_hours, expected
):
    assert reached(setting=setting, has_own_hours=has_own_hours) == expected
