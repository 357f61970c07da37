"""Which minutes count under which fee: reviews of fault, installs, clock changes, holidays."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.billing.rules.fees import Fee, Finding, Hours, Stretch, by_hours, outside, parted, total
from apps.billing.rules.sharing import (
    Booking,
    Installs,
    Policy,
    Review,
    Work,
    shares_of,
    worth_of,
)
from apps.contracts.rules.calendar import Holiday
from tests.rules.calendars import calendar, local

STANDARD = calendar(holidays=[Holiday(date(2026, 7, 3), "Independence Day", None, None)])
HOURLY = {"hourly_amount": "125.00", "minimum_minutes": 60, "increment_minutes": 1}
EMERGENCY = Fee(
    1, "emergency", "hourly", "Off hours", "S-4", "R-7", {**HOURLY, "outside_calendar": "standard"}
)
INSTALL = Fee(2, "install", "hourly", "New install", "S-2.1", "R-7", HOURLY)
WORK = Fee(
    3, "work", "hourly", "Programming", "S-13", "R-8",
    {"hourly_amount": "125.00", "minimum_minutes": 0, "increment_minutes": 30},
)  # fmt: skip
LIST = Fee(
    4, "list", "tiers", "Translations", "S-13.1", "",
    {
        "counts": ["engineering"],
        "tiers": [
            {"from_minutes": 0, "to_minutes": 4, "amount": "0.00"},
            {"from_minutes": 5, "to_minutes": 60, "amount": "25.00"},
        ],
    },
)  # fmt: skip
TAM = Fee(5, "tam", "allowance", "TAM hours", "V-6.3")
FREE = Fee(6, "free", "free", "Improvements", "S-10")
POLICY = Policy(
    currency="USD",
    fees={fee.key: fee for fee in (EMERGENCY, INSTALL, WORK, LIST, TAM, FREE)},
    hours={"standard": Hours("Standard hours", STANDARD)},
    installs=Installs("S-2.1", "install", "standard"),
    allowance="tam",
)
# The same, but the fee of a review asks for no hours.
ALL = replace(POLICY, fees={**POLICY.fees, "emergency": replace(EMERGENCY, terms=HOURLY)})


def worked(start: str, minutes: int, kind: str = "SUPPORT") -> Stretch:
    starts_at = local(start).astimezone(UTC)
    return Stretch(starts_at, starts_at + timedelta(minutes=minutes), kind)


def review(since: str) -> Review:
    return Review("S-4", "emergency", bill_before=False, since=local(since).astimezone(UTC))


def prices(work: Work, policy: Policy = POLICY) -> list[tuple]:
    """Key of the fee, minutes that count, amount, what it waits for: of each part."""
    found = [
        (share, worth_of(share, work, policy, billed_in="USD")) for share in shares_of(work, policy)
    ]
    return [
        (share.fee.key if share.fee else "", worth.minutes, worth.amount, worth.held_for.value)
        for share, worth in found
    ]


@pytest.mark.clause("S-4", "R-7")
@pytest.mark.parametrize(
    ("start", "minutes", "counted"),
    [
        ("2026-03-04 19:30", 60, 30),  # over closing time
        ("2026-03-04 07:30", 60, 30),  # over opening time
        ("2026-03-04 20:00", 60, 60),  # from closing time on
        ("2026-03-04 07:00", 60, 60),  # up to opening time
        ("2026-03-04 12:00", 60, 0),
        ("2026-03-07 23:00", 300, 300),  # a night of 23 h: two o'clock does not exist
        ("2026-11-01 00:30", 180, 180),  # one o'clock comes twice
        ("2026-03-08 19:00", 13 * 60 + 30, 13 * 60),  # Sunday evening to Monday, half past eight
        ("2026-07-03 10:00", 120, 120),  # a holiday on a Friday
    ],
)
def test_of_an_after_hours_contact_only_minutes_outside_count(start, minutes, counted):
    work = Work([worked(start, minutes)], review=review(start), finding=Finding.NOT_PROVIDER)

    shares = prices(work)

    # What lies inside is under the fee of the ticket's category, and it has none.
    rest = [("", minutes - counted, Decimal(0), "")] if counted < minutes else []
    billed = Decimal(max(counted, 60)) * Decimal("125.00") / 60
    assert shares == rest + ([("emergency", counted, billed, "")] if counted else [])


@pytest.mark.clause("S-4")
def test_work_before_the_contact_keeps_its_own_fee():
    work = Work(
        [worked("2026-03-04 19:00", 30), worked("2026-03-04 21:50", 20)],
        fee="work",
        review=review("2026-03-04 22:00:59"),
    )

    assert prices(work) == [
        ("work", 40, Decimal("125.00"), ""),
        ("emergency", 10, None, "FINDING"),
    ]
    assert prices(replace(work, finding=Finding.PROVIDER))[1] == (
        *("emergency", 10, Decimal(0)),
        "",
    )
    assert prices(replace(work, review=None)) == [("work", 50, Decimal("125.00"), "")]


NIGHT, NEXT_DAY = worked("2026-03-04 21:00", 30), worked("2026-03-05 10:00", 180)
AT_NIGHT = Work([NIGHT, NEXT_DAY], fee="work", review=review("2026-03-04 21:00"))


@pytest.mark.clause("S-4", "S-13", "R-7", "R-8")
@pytest.mark.parametrize(
    ("finding", "amount", "held"),
    [
        (Finding.UNDECIDED, None, "FINDING"),
        (Finding.PROVIDER, Decimal(0), ""),
        (Finding.NOT_PROVIDER, Decimal("125.00"), ""),
    ],
)
def test_work_in_hours_after_a_night_contact_keeps_its_own_fee(finding, amount, held):
    assert prices(replace(AT_NIGHT, finding=finding)) == [
        ("work", 180, Decimal("375.00"), ""),
        ("emergency", 30, amount, held),
    ]


@pytest.mark.clause("S-4", "S-13")
def test_why_work_in_hours_is_not_reviewed_is_told():
    (own, late), (alone,) = shares_of(AT_NIGHT, POLICY), shares_of(replace(AT_NIGHT, fee=""), ALL)
    told = [worth_of(one, AT_NIGHT, POLICY, billed_in="USD").steps for one in (own, late)]

    text = "Not reviewed: {minutes} min that lie within “{hours}”, after a contact outside of them."
    figures = {"minutes": "180", "hours": "Standard hours"}
    assert [(step.clause, step.text, step.figures) for step in told[0]][1] == (
        *("S-4, R-7", text),
        figures,
    )
    assert told[1][2].text == "{minutes} min of them lie outside of “{hours}”."
    assert (alone.fee, alone.stretches) == (ALL.fees["emergency"], [NIGHT, NEXT_DAY])


@pytest.mark.clause("S-13", "R-8")
def test_before_the_contact_and_in_hours_after_it_is_one_total():
    stretches = [worked("2026-03-04 20:30", 20), NIGHT, worked("2026-03-05 10:00", 10)]

    # One half hour; each rounded by itself would be two.
    assert prices(replace(AT_NIGHT, stretches=stretches))[0] == (
        *("work", 30, Decimal("62.50")),
        "",
    )


@pytest.mark.clause("S-4", "R-7")
def test_the_minute_at_which_the_hours_close_and_open_parts_a_stretch():
    stretches = [worked("2026-03-05 19:40", 45), worked("2026-03-09 06:59", 62)]
    own, late = shares_of(replace(AT_NIGHT, stretches=stretches), POLICY)

    # The clocks changed in between, on the 8th.
    assert own.stretches == [worked("2026-03-05 19:40", 20), worked("2026-03-09 08:00", 1)]
    assert late.stretches == [worked("2026-03-05 20:00", 25), worked("2026-03-09 06:59", 61)]


@pytest.mark.clause("S-4", "R-7")
def test_a_holiday_after_the_contact_is_outside_of_the_hours():
    # From Thursday half an hour before closing to Friday, a holiday, at nine.
    work = replace(AT_NIGHT, stretches=[worked("2026-07-02 19:30", 13 * 60 + 30)])

    assert [row[:2] for row in prices(work)] == [("work", 30), ("emergency", 13 * 60)]


@pytest.mark.clause("S-10")
@pytest.mark.parametrize("finding", list(Finding))
def test_work_that_is_free_by_its_category_is_not_reviewed(finding):
    work = replace(AT_NIGHT, fee="free", finding=finding)

    assert prices(work) == [("free", 210, Decimal(0), "")]


@pytest.mark.clause("S-4", "R-7")
def test_a_category_whose_fee_is_that_of_the_review_is_all_under_it():
    work = replace(AT_NIGHT, fee="emergency", finding=Finding.NOT_PROVIDER)

    assert prices(work) == [("emergency", 30, Decimal("125.00"), "")]
    (share,) = shares_of(work, POLICY)
    steps = worth_of(share, work, POLICY, billed_in="USD").steps
    assert steps[2].text == (
        "{minutes} min of them lie outside of “{hours}”; the others are not charged."
    )


@pytest.mark.clause("S-2.1", "R-7")
def test_an_install_is_free_in_hours_and_charged_after_them():
    in_time = Booking(*_times("2026-03-04 10:00", 120), is_priority=False)
    work = Work([worked("2026-03-04 10:00", 120)], fee="install", bookings=[in_time])
    late = replace(work, stretches=[worked("2026-03-04 19:00", 90)])

    assert prices(work) == [("install", 0, Decimal(0), "")]
    assert prices(late) == [("install", 30, Decimal("125.00"), "")]


@pytest.mark.clause("S-2.1", "R-7")
def test_priority_handling_of_an_install_is_charged_in_hours_too():
    hurried = Booking(*_times("2026-03-04 10:00", 120), is_priority=True)
    entries = [worked("2026-03-04 09:30", 60), worked("2026-03-04 11:00", 90)]

    work = Work(entries, fee="install", bookings=[hurried])

    # Half an hour and an hour lie in the booking; before and after it are standard hours.
    assert prices(work) == [("install", 90, Decimal("187.50"), "")]


def _times(start: str, minutes: int) -> tuple[datetime, datetime]:
    one = worked(start, minutes)
    return one.starts_at, one.ends_at


@pytest.mark.clause("S-13.1")
def test_a_price_list_counts_the_engineers_minutes():
    work = Work(
        [worked("2026-03-04 10:00", 30), worked("2026-03-04 11:00", 5, "ENGINEERING")], fee="list"
    )

    assert prices(work) == [("list", 5, Decimal("25.00"), "")]


@pytest.mark.clause("V-6.3")
def test_a_tams_time_is_apart_and_costs_nothing():
    work = Work([worked("2026-03-04 10:00", 60, "TAM"), worked("2026-03-04 11:00", 30)], fee="work")

    assert prices(work) == [("work", 30, Decimal("62.50"), ""), ("tam", 60, Decimal(0), "")]
    assert prices(work, replace(POLICY, allowance=""))[1] == ("", 60, Decimal(0), "")


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        ({}, "The ticket has no category, and so no fee: it is not charged."),
        ({"category": "Training"}, "Work of the ticket's category has no fee: it is not charged."),
        ({"is_apart": True}, "It was worked apart from any ticket"),
    ],
)
def test_work_without_a_fee_is_not_charged_and_says_so(facts, text):
    work = Work([worked("2026-03-04 10:00", 60, "ENGINEERING")], **facts)
    (share,) = shares_of(work, POLICY)

    worth = worth_of(share, work, POLICY, billed_in="USD")

    assert worth.amount == Decimal(0)
    assert worth.steps[0].text.startswith(text)


MINUTES = st.integers(min_value=0, max_value=60 * 24 * 400)
STRETCHES = st.lists(
    st.builds(
        lambda start, length: Stretch(
            datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=start),
            datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=start + length),
        ),
        MINUTES,
        st.integers(min_value=1, max_value=1440),
    ),
    min_size=1,
    max_size=6,
)


@given(stretches=STRETCHES, at=MINUTES, order=st.randoms())
@pytest.mark.clause("R-7", "R-8")
def test_parts_add_up_and_their_order_does_not_matter(stretches, at, order):
    border = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=at)
    before, since = parted(stretches, at=border)
    mixed = list(stretches)
    order.shuffle(mixed)

    assert total(before) + total(since) == total(stretches)
    assert outside(before, STANDARD) + outside(since, STANDARD) == outside(mixed, STANDARD)
    by_minute = sum(
        not STANDARD.is_open(one.starts_at + timedelta(minutes=minute))
        for one in stretches
        for minute in range(int((one.ends_at - one.starts_at) / timedelta(minutes=1)))
    )
    assert outside(stretches, STANDARD) == timedelta(minutes=by_minute)


@given(stretches=STRETCHES)
@pytest.mark.clause("S-4", "R-7")
def test_what_is_parted_by_the_hours_is_all_of_it_minute_by_minute(stretches):
    minute = timedelta(minutes=1)
    inside, late = by_hours(stretches, STANDARD)

    assert sorted(_minutes(inside)) == sorted(
        at for at in _minutes(stretches) if STANDARD.is_open(at)
    )
    assert sorted(_minutes(late)) == sorted(
        at for at in _minutes(stretches) if not STANDARD.is_open(at)
    )
    assert all(one.ends_at - one.starts_at >= minute for one in (*inside, *late))


def _minutes(stretches: Sequence[Stretch]) -> list[datetime]:
    return [
        one.starts_at + timedelta(minutes=number)
        for one in stretches
        for number in range(int((one.ends_at - one.starts_at) / timedelta(minutes=1)))
    ]
