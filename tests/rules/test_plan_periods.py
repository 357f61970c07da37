"""Periods of plan fees: where they begin, what each is worth by the day, when it is due."""

from calendar import monthrange
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.billing.rules.periods import Agreed, Terms, next_due, periods_of, worth_of_period

pytestmark = pytest.mark.clause("V-3.4.6")
FOREVER = date(2032, 1, 1)


def on(text: str) -> date:
    return date.fromisoformat(text)


def fee(from_on: str, amount: str | None, period: str = "MONTH", **terms: str) -> Agreed:
    return Agreed(
        on(from_on), Decimal(amount) if amount else None, period if amount else "", Terms(**terms)
    )


def bill(*agreed: Agreed, start: str, end: str | None = None, until: str) -> list[tuple]:
    """First day, last day, amount of each period."""
    found = periods_of(
        agreed, starts_on=on(start), ends_on=on(end) if end else None, until=on(until)
    )
    return [
        (str(one.starts_on), str(one.ends_on), str(worth_of_period(one, currency="USD").amount))
        for one in found
    ]


def test_months_from_the_31st_begin_on_the_last_day_of_shorter_ones():
    found = bill(fee("2027-12-31", "300.00"), start="2027-12-31", until="2028-04-30")

    assert found == [
        ("2027-12-31", "2028-01-30", "300.00"),
        ("2028-01-31", "2028-02-28", "300.00"),
        ("2028-02-29", "2028-03-30", "300.00"),  # a leap year
        ("2028-03-31", "2028-04-29", "300.00"),
        ("2028-04-30", "2028-05-30", "300.00"),
    ]


def test_a_year_from_a_leap_day():
    found = bill(fee("2028-02-29", "366.00", "YEAR"), start="2028-02-29", until="2029-03-01")

    assert found == [
        ("2028-02-29", "2029-02-27", "366.00"),
        ("2029-02-28", "2030-02-27", "366.00"),
    ]


def test_calendar_periods_cut_the_first_and_the_last_one_short():
    months = fee("2026-03-16", "310.00", periods="calendar")
    quarters = fee("2026-03-16", "900.00", "QUARTER", periods="calendar")

    assert bill(months, start="2026-03-16", end="2026-05-01", until="2027-01-01") == [
        ("2026-03-16", "2026-03-31", "160.00"),
        ("2026-04-01", "2026-04-30", "310.00"),
        ("2026-05-01", "2026-05-01", "10.00"),
    ]
    assert bill(quarters, start="2026-03-16", until="2026-04-01") == [
        ("2026-03-16", "2026-03-31", "160.00"),
        ("2026-04-01", "2026-06-30", "900.00"),
    ]


def test_an_upgrade_in_mid_period_costs_each_day_its_share_rounded_once():
    found = bill(
        fee("2026-03-01", "100.00"), fee("2026-03-11", "200.00"), start="2026-03-01",
        until="2026-04-01",
    )  # fmt: skip

    # 10 days of 100 and 21 days of 200, of 31: 167.7419…
    assert found == [
        ("2026-03-01", "2026-03-31", "167.74"),
        ("2026-04-01", "2026-04-30", "200.00"),
    ]


def test_what_is_written_last_counts_from_its_day_on():
    found = bill(
        fee("2026-03-01", "310.00"), fee("2026-03-21", "620.00"), fee("2026-03-11", "31.00"),
        start="2026-03-01", until="2026-03-31",
    )  # fmt: skip

    assert found == [("2026-03-01", "2026-03-31", "121.00")]


def test_another_length_of_period_begins_new_ones_that_day():
    found = bill(
        fee("2026-01-01", "365.00", "YEAR"), fee("2026-07-01", "31.00"), start="2026-01-01",
        until="2026-08-01",
    )  # fmt: skip

    assert found == [
        ("2026-01-01", "2026-06-30", "181.00"),
        ("2026-07-01", "2026-07-31", "31.00"),
        ("2026-08-01", "2026-08-31", "31.00"),
    ]


def test_without_a_fee_nothing_is_due_and_without_pro_rata_the_first_day_says_it():
    gap = [fee("2026-03-01", "31.00"), fee("2026-03-11", None), fee("2026-04-05", "30.00")]
    whole = [
        fee("2026-03-01", "100.00", pro_rata="none"), fee("2026-03-11", "200.00", pro_rata="none"),
    ]  # fmt: skip

    assert bill(*gap, start="2026-03-01", until="2026-04-30") == [
        ("2026-03-01", "2026-03-10", "10.00"),
        ("2026-04-05", "2026-05-04", "30.00"),
    ]
    assert bill(*whole, start="2026-03-01", end="2026-04-02", until="2026-05-01") == [
        ("2026-03-01", "2026-03-31", "100.00"),
        ("2026-04-01", "2026-04-02", "200.00"),
    ]
    assert bill(start="2026-03-01", until="2026-04-30") == []


def test_in_advance_it_is_due_on_the_first_day_in_arrears_after_the_last():
    ahead = periods_of([fee("2026-03-01", "1.00")], starts_on=on("2026-03-01"), ends_on=None,
                       until=on("2026-05-01"))  # fmt: skip
    after = periods_of([fee("2026-03-01", "1.00", billed="in_arrears")], starts_on=on("2026-03-01"),
                       ends_on=on("2026-04-10"), until=on("2026-05-01"))  # fmt: skip

    assert [str(one.due_on) for one in ahead] == ["2026-03-01", "2026-04-01", "2026-05-01"]
    assert [(str(one.due_on), str(one.incurred_on)) for one in after] == [
        ("2026-04-01", "2026-03-31"),
        ("2026-04-11", "2026-04-10"),
    ]
    assert next_due(ahead, on=on("2026-03-01")) == on("2026-04-01")
    assert next_due(after, on=on("2026-04-11")) is None


DAYS = st.integers(min_value=0, max_value=900).map(lambda n: date(2027, 1, 1) + timedelta(days=n))
AMOUNTS = st.decimals(min_value=0, max_value=10**6, places=2)


@given(
    start=DAYS, length=st.integers(min_value=0, max_value=500), changes=st.lists(
        st.tuples(DAYS, AMOUNTS), max_size=4
    ), first=AMOUNTS, periods=st.sampled_from(["from_start", "calendar"]),
)  # fmt: skip
def test_monthly_fees_equal_a_day_by_day_recomputation(start, length, changes, first, periods):
    """An oracle that walks the days, with fractions, and knows nothing of spans."""
    end = start + timedelta(days=length)
    terms = Terms(periods=periods)
    agreed = [Agreed(start, first, "MONTH", terms)]
    agreed += [Agreed(max(day, start), amount, "MONTH", terms) for day, amount in changes]

    found = periods_of(agreed, starts_on=start, ends_on=end, until=FOREVER)

    sums: dict[date, Fraction] = {}
    for number in range(length + 1):
        day = start + timedelta(days=number)
        amount = next(one.amount for one in reversed(agreed) if one.from_on <= day)
        begins, days = _month_of(day, start, periods)
        sums[begins] = sums.get(begins, Fraction(0)) + Fraction(amount) / days
    expected = [(max(begins, start), _cents(value)) for begins, value in sorted(sums.items())]
    assert [
        (one.starts_on, worth_of_period(one, currency="USD").amount) for one in found
    ] == expected


def _month_of(day: date, start: date, periods: str) -> tuple[date, int]:
    """Return where the period of a day begins, and how many days it has."""
    anchor = start if periods == "from_start" else start.replace(day=1)
    year, month = anchor.year, anchor.month
    while True:
        begins = date(year, month, min(anchor.day, monthrange(year, month)[1]))
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        following = date(year, month, min(anchor.day, monthrange(year, month)[1]))
        if begins <= day < following:
            return begins, (following - begins).days


def _cents(value: Fraction) -> Decimal:
    cents = value * 100
    whole, rest = divmod(cents.numerator, cents.denominator)
    rounded = whole + (2 * rest >= cents.denominator)
    return (Decimal(rounded) / 100).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


@pytest.mark.clause("V-3.4.6")
def test_fees_in_two_currencies_are_not_added_up():
    old = Agreed(on("2026-01-01"), Decimal("310.00"), "MONTH", Terms(), currency="USD")
    new = Agreed(on("2026-01-11"), Decimal("620.00"), "MONTH", Terms(), currency="EUR")
    facts = {"starts_on": on("2026-01-01"), "ends_on": None, "until": on("2026-02-01")}
    january, february = periods_of([old, new], **facts)

    worth = worth_of_period(january, currency="USD")

    assert (worth.amount, worth.asked) == (None, "100.00 USD + 420.00 EUR")
    assert [step.figures["currency"] for step in worth.steps[:2]] == ["USD", "EUR"]
    assert worth_of_period(february, currency="EUR").asked == "620.00 EUR"
    none = Terms(pro_rata="none")
    first = Agreed(on("2026-01-01"), Decimal("310.00"), "MONTH", none, currency="USD")
    assert worth_of_period(periods_of([first, new], **facts)[0], currency="USD").amount == 310
