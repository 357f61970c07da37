"""Booking ahead: business days, the earliest day of an install, what is billed, what is refused.

Figures are those of the wholesale policy, as values: three business days, New York, eight to eight.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from apps.contracts.rules.appointments import (
    Installs,
    Kind,
    NamedHours,
    OffHours,
    Wish,
    bookable,
    earliest_install_on,
)
from apps.contracts.rules.calendar import Holiday, NoServiceTime, ServiceHours, Window

ZONE = "America/New_York"
WEEK = [Window(day, time(8), time(20)) for day in range(5)]
HOLIDAYS = [
    Holiday(date(2026, 11, 26), "Thanksgiving"),
    Holiday(date(2026, 12, 24), "Christmas Eve", time(8), time(12)),
    Holiday(date(2026, 12, 25), "Christmas Day"),
]
STANDARD = ServiceHours(zone=ZONE, windows=WEEK, holidays=HOLIDAYS)
ALWAYS = ServiceHours(zone=ZONE, windows=[], always_open=True)
NEVER = ServiceHours(zone=ZONE, windows=[])
MEASURE = NamedHours("Standard hours", "S-2", STANDARD)
INSTALLS = Installs("S-2.1", 3, MEASURE, "S-2.1, R-7", "New install, 125.00 USD an hour")
OFF_HOURS = OffHours("S-3", MEASURE)


def local(text: str, zone: str = ZONE) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def earliest(asked: str, days: int = 3, hours: ServiceHours = STANDARD) -> str:
    found = earliest_install_on(asked_at=local(asked), hours=hours, notice_business_days=days)
    return f"{found:%a} {found}"


def ask(
    kind: Kind,
    starts: str,
    *,
    asked: str = "2026-11-02T10:00",
    hours: float = 1,
    installs: Installs | None = INSTALLS,
    off_hours: OffHours | None = OFF_HOURS,
    standard: NamedHours = MEASURE,
    is_priority: bool = False,
):
    starts_at, asked_at = local(starts), local(asked)
    wish = Wish(kind, starts_at, starts_at + timedelta(hours=hours), asked_at, is_priority)
    return bookable(
        wish=wish, at=asked_at, standard=standard, installs=installs, off_hours=off_hours
    )


def facts(answer) -> tuple:
    return answer.allowed, answer.clause, answer.is_billable, answer.is_priority


@pytest.mark.clause("S-2.1")
@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("2026-11-02T10:00", "Thu 2026-11-05"),
        ("2026-11-05T10:00", "Tue 2026-11-10"),
        ("2026-11-06T23:59:59", "Wed 2026-11-11"),
        ("2026-11-07T00:00:00", "Wed 2026-11-11"),
        ("2026-11-08T23:59:59", "Wed 2026-11-11"),
        ("2026-11-09T00:00:00", "Thu 2026-11-12"),
        ("2026-11-02T23:59:59", "Thu 2026-11-05"),
        ("2026-11-03T00:00:00", "Fri 2026-11-06"),
    ],
)
def test_the_third_business_day_after_the_day_of_asking(asked, first):
    assert earliest(asked) == first


@pytest.mark.clause("S-2.1", "R-20")
@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("2026-11-23T10:00", "Fri 2026-11-27"),
        ("2026-11-24T10:00", "Mon 2026-11-30"),
        ("2026-11-25T10:00", "Tue 2026-12-01"),
        ("2026-11-26T10:00", "Tue 2026-12-01"),
        ("2026-12-22T10:00", "Mon 2026-12-28"),
    ],
    ids=["Monday", "Tuesday", "the eve", "the holiday itself", "half a day counts"],
)
def test_a_holiday_in_between_is_no_business_day(asked, first):
    assert earliest(asked) == first


@pytest.mark.clause("S-2.1")
@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("2026-03-05T23:59:59", "Tue 2026-03-10"),
        ("2026-03-08T01:59:59", "Wed 2026-03-11"),
        ("2026-03-08T23:59:59", "Wed 2026-03-11"),
        ("2026-03-09T00:00:00", "Thu 2026-03-12"),
        ("2026-10-30T23:59:59", "Wed 2026-11-04"),
        ("2026-11-01T23:59:59", "Wed 2026-11-04"),
        ("2026-11-02T00:00:00", "Thu 2026-11-05"),
    ],
)
def test_days_are_those_of_the_hours_zone_also_when_its_clocks_change(asked, first):
    assert earliest(asked) == first


@pytest.mark.clause("S-2.1")
def test_no_notice_is_the_day_of_asking_even_on_a_sunday():
    assert earliest("2026-11-08T12:00", days=0) == "Sun 2026-11-08"


@pytest.mark.clause("S-2.1")
def test_hours_that_never_close_open_every_day():
    assert earliest("2026-11-25T12:00", hours=ALWAYS) == "Sat 2026-11-28"


@pytest.mark.clause("S-2.1")
def test_a_day_that_a_night_window_runs_into_is_a_business_day():
    nights = ServiceHours(zone=ZONE, windows=[Window(4, time(22), time(2))])

    assert earliest("2026-11-02T12:00", days=2, hours=nights) == "Sat 2026-11-07"


@pytest.mark.clause("S-2.1")
def test_a_date_that_the_zone_left_out_is_no_business_day():
    apia = ServiceHours(
        zone="Pacific/Apia", windows=[Window(day, time(8), time(9)) for day in range(7)]
    )
    asked_at = local("2011-12-29T12:00", "Pacific/Apia")

    found = earliest_install_on(asked_at=asked_at, hours=apia, notice_business_days=1)

    assert found == date(2011, 12, 31)


@pytest.mark.clause("S-2.1")
def test_hours_that_never_open_have_no_business_days():
    with pytest.raises(NoServiceTime):
        earliest("2026-11-02T10:00", hours=NEVER)

    closed = Installs("S-2.1", 3, NamedHours("Closed", "S-2", NEVER), "S-2.1", "Fee")
    answer = ask(Kind.INSTALL, "2026-11-05T10:00", installs=closed)
    assert (facts(answer), answer.why) == (
        (False, "S-2.1", False, False),
        "“Closed” has no business days left: put its hours right first.",
    )


@pytest.mark.clause("S-2.1")
def test_an_install_on_the_earliest_day_is_booked_and_costs_nothing():
    answer = ask(Kind.INSTALL, "2026-11-05T08:00")

    assert facts(answer) == (True, "S-2.1", False, False)
    assert answer.earliest_on == date(2026, 11, 5)
    assert [(step.clause, step.holds, step.says) for step in answer.steps] == [
        (
            "S-2.1",
            True,
            "A new install is booked 3 business days ahead or more. Asked for on Monday 2 November"
            " 2026, the earliest possible date is Thursday 5 November 2026.",
        ),
        ("S-2", True, "All of it lies inside of “Standard hours”."),
        ("S-2.1", True, "Nothing is charged for it."),
    ]


@pytest.mark.clause("S-2.1")
def test_the_day_before_is_refused_with_the_earliest_date():
    answer = ask(Kind.INSTALL, "2026-11-04T19:00")

    assert facts(answer) == (False, "S-2.1", False, False)
    assert answer.earliest_on == date(2026, 11, 5)
    assert answer.why == (
        "A new install is booked 3 business days ahead or more. Asked for on Monday 2 November"
        " 2026, the earliest possible date is Thursday 5 November 2026. Choose that day or a later"
        " one; sooner is priority handling, billable."
    )
    assert [step.holds for step in answer.steps] == [False]


@pytest.mark.clause("S-2.1")
@pytest.mark.parametrize(
    ("starts", "allowed"), [("2026-11-04T23:59:59", False), ("2026-11-05T00:00:00", True)]
)
def test_the_day_begins_at_midnight_of_the_hours_zone(starts, allowed):
    assert ask(Kind.INSTALL, starts).allowed == allowed


@pytest.mark.clause("S-2.1", "R-7")
def test_priority_handling_is_taken_sooner_and_billed():
    answer = ask(Kind.INSTALL, "2026-11-03T10:00", is_priority=True)

    assert facts(answer) == (True, "S-2.1", True, True)
    assert (answer.steps[-1].clause, answer.steps[-1].says) == (
        "S-2.1, R-7",
        "It is billed: New install, 125.00 USD an hour.",
    )


@pytest.mark.clause("S-2.1")
def test_in_time_there_is_no_priority_handling_to_bill():
    answer = ask(Kind.INSTALL, "2026-11-05T10:00", is_priority=True)

    assert facts(answer) == (True, "S-2.1", False, False)


@pytest.mark.clause("S-2.1", "R-7")
@pytest.mark.parametrize(
    ("starts", "hours", "is_billable"),
    [
        ("2026-11-05T08:00", 12, False),
        ("2026-11-05T07:59:59", 1, True),
        ("2026-11-05T19:00:01", 1, True),
        ("2026-11-05T19:00", 1, False),
        ("2026-11-07T10:00", 1, True),
        ("2026-11-26T10:00", 1, True),
    ],
    ids=["all day", "a second before", "a second after", "to the end", "Saturday", "a holiday"],
)
def test_an_install_outside_of_the_hours_in_any_part_is_billed(starts, hours, is_billable):
    assert facts(ask(Kind.INSTALL, starts, hours=hours)) == (True, "S-2.1", is_billable, False)


@pytest.mark.clause("S-2.1")
def test_one_business_day_is_one_day_in_words():
    one = Installs("S-2.1", 1, MEASURE, "S-2.1", "Fee")

    assert ask(Kind.INSTALL, "2026-11-03T10:00", installs=one).steps[0].says == (
        "A new install is booked 1 business day ahead or more. Asked for on Monday 2 November 2026,"
        " the earliest possible date is Tuesday 3 November 2026."
    )


@pytest.mark.clause("S-2.1")
def test_a_policy_without_the_rule_asks_for_no_notice_and_no_fee():
    answer = ask(Kind.INSTALL, "2026-11-02T23:00", installs=None)

    assert facts(answer) == (True, "S-2", False, False)
    assert answer.why == "The policy asks for no notice of a new install, and takes no fee for it."


@pytest.mark.clause("S-3")
@pytest.mark.parametrize(
    ("starts", "hours", "allowed"),
    [
        ("2026-11-02T20:00", 1, True),
        ("2026-11-02T19:00", 1, False),
        ("2026-11-02T19:00:01", 1, True),
        ("2026-11-03T06:59:59", 1, True),
        ("2026-11-03T08:00", 12, False),
        ("2026-11-07T10:00", 1, True),
        ("2026-11-26T10:00", 1, True),
    ],
    ids=["after", "to the end", "a second over", "before", "all day", "Saturday", "a holiday"],
)
def test_help_off_hours_lies_outside_at_least_in_part(starts, hours, allowed):
    answer = ask(Kind.OFF_HOURS, starts, hours=hours)

    assert facts(answer) == (allowed, "S-3", False, False)


@pytest.mark.clause("S-3")
def test_inside_the_hours_a_ticket_is_enough():
    assert ask(Kind.OFF_HOURS, "2026-11-03T10:00").why == (
        "“Standard hours” is open all that time: open a ticket, no appointment is needed."
    )


@pytest.mark.clause("S-3")
def test_where_support_never_closes_there_is_nothing_to_book():
    always = NamedHours("Around the clock", "V-4", ALWAYS)

    answer = ask(Kind.OFF_HOURS, "2026-11-07T03:00", off_hours=None, standard=always)

    assert (facts(answer), answer.why) == (
        (False, "V-4", False, False),
        "“Around the clock” is open all that time: open a ticket, no appointment is needed.",
    )


@pytest.mark.clause("S-3")
def test_a_policy_that_closes_and_has_no_rule_offers_nothing_outside():
    answer = ask(Kind.OFF_HOURS, "2026-11-07T03:00", off_hours=None)

    assert (facts(answer), answer.why) == (
        (False, "S-2", False, False),
        "The policy offers no help outside of “Standard hours”: choose a time inside.",
    )


@pytest.mark.clause("S-3")
@pytest.mark.parametrize(
    ("starts", "hours", "why"),
    [
        (
            "2026-11-02T09:59:59",
            1,
            "That time has passed: choose one that lies ahead.",
        ),
        ("2026-11-02T21:00", 0, "It ends before it begins: choose an end after its start."),
        (
            "2026-11-02T21:00",
            24 + 1 / 3600,
            "It lasts longer than 24 hours: book it in several appointments.",
        ),
        (
            "9999-12-29T21:00",
            1,
            "An instant of about the year 9999: calendars answer for the years 1900 to 2199 only.",
        ),
    ],
    ids=["past", "no length", "too long", "out of reach"],
)
@pytest.mark.parametrize("kind", list(Kind))
def test_a_time_that_makes_no_sense_is_refused_in_words(kind, starts, hours, why):
    answer = ask(kind, starts, hours=hours)

    assert (facts(answer), answer.why) == ((False, "", False, False), why)


@pytest.mark.clause("S-3")
def test_this_very_instant_and_a_whole_day_are_still_booked():
    assert facts(ask(Kind.OFF_HOURS, "2026-11-02T10:00", hours=24)) == (True, "S-3", False, False)


@pytest.mark.clause("S-3")
@pytest.mark.parametrize(
    ("starts", "ends", "lasts"),
    [
        # The clocks go back at two: 01:10 comes again, forty minutes after 01:30.
        ("2026-11-01T01:30", "2026-11-01T01:10", timedelta(minutes=40)),
        ("2026-10-31T20:00", "2026-11-01T19:00", timedelta(hours=24)),
        ("2027-03-13T20:00", "2027-03-14T20:00", timedelta(hours=23)),
    ],
)
def test_a_time_over_the_clocks_change_is_as_long_as_it_lasts(starts, ends, lasts):
    """Both ends are of one zone, as a form may give them: Python would subtract wall clocks."""
    zone = ZoneInfo(ZONE)
    first = datetime.fromisoformat(starts).replace(tzinfo=zone)
    last = datetime.fromisoformat(ends).replace(tzinfo=zone, fold=1)

    wish = Wish(Kind.OFF_HOURS, first, last, local("2026-10-20T10:00"))

    assert wish.ends_at - wish.starts_at == lasts
    answer = bookable(
        wish=wish, at=wish.asked_at, standard=MEASURE, installs=None, off_hours=OFF_HOURS
    )
    assert answer.allowed is True


@pytest.mark.clause("S-3")
def test_an_hour_more_of_wall_clock_is_too_long_where_the_clocks_go_back():
    zone = ZoneInfo(ZONE)
    first = datetime(2026, 10, 31, 20, tzinfo=zone)
    wish = Wish(Kind.OFF_HOURS, first, first + timedelta(days=1), local("2026-10-20T10:00"))

    answer = bookable(
        wish=wish, at=wish.asked_at, standard=MEASURE, installs=None, off_hours=OFF_HOURS
    )

    assert answer.why == ("It lasts longer than 24 hours: book it in several appointments.")


@pytest.mark.clause("S-3")
def test_an_instant_that_no_clock_shows_in_utc_is_refused():
    last = datetime.max.replace(tzinfo=ZoneInfo(ZONE))
    wish = Wish(Kind.OFF_HOURS, last - timedelta(hours=1), last, local("2026-10-20T10:00"))

    answer = bookable(
        wish=wish, at=wish.asked_at, standard=MEASURE, installs=None, off_hours=OFF_HOURS
    )

    assert (answer.allowed, answer.is_slip) == (False, True)
