"""The wholesale preset says what the policy says: every figure, beside the clause it is from."""

from datetime import date, time
from decimal import Decimal

import holidays
import pytest

from tests.contracts.presets import S, fee, keys, rule, target

WEEKDAYS = ["mon", "tue", "wed", "thu", "fri"]


@pytest.mark.clause("S-5-targets", "S-3", "R-1")
def test_wholesale_response_hours_run_by_the_clock_for_priority_one_only():
    owed = [target(S, "response", "wholesale", priority) for priority in "1234"]

    assert owed == [(1, "always"), (2, "standard"), (4, "standard"), (8, "standard")]


@pytest.mark.clause("S-5-targets", "R-2")
def test_wholesale_resolution_is_best_effort_and_then_business_hours():
    owed = [target(S, "resolution", "wholesale", priority) for priority in "1234"]

    assert owed == [(None, None), (None, None), (8, "standard"), (48, "standard")]


@pytest.mark.clause("S-5-targets")
def test_wholesale_priorities_and_the_default():
    assert [
        (severity.rank, severity.key, severity.incident, severity.default)
        for severity in S.severities
    ] == [
        (1, "1", True, False),
        (2, "2", True, False),
        (3, "3", False, False),
        (4, "4", False, True),
    ]


@pytest.mark.clause("S-2")
def test_standard_hours_are_weekdays_from_eight_to_eight_in_new_york():
    standard, always = S.calendars
    (window,) = standard.windows

    assert (standard.key, standard.time_zone, standard.always_open, standard.clause) == (
        "standard",
        "America/New_York",
        False,
        "S-2",
    )
    assert (window.days, window.opens, window.closes) == (WEEKDAYS, time(8), time(20))
    assert (always.key, always.always_open) == ("always", True)
    assert S.policy.standard_calendar == "standard"


@pytest.mark.clause("S-2", "R-20")
def test_the_holidays_of_2026_are_the_federal_ones():
    ours = S.calendars[0].holidays
    days = holidays.country_holidays(ours.country, years=2026, categories=tuple(ours.categories))

    assert (ours.from_year, ours.to_year, ours.own) == (2017, 2045, [])
    assert sorted(days) == [
        date(2026, 1, 1),  # New Year's Day
        date(2026, 1, 19),  # Birthday of Martin Luther King, Jr.
        date(2026, 2, 16),  # Washington's Birthday
        date(2026, 5, 25),  # Memorial Day
        date(2026, 6, 19),  # Juneteenth
        date(2026, 7, 3),  # Independence Day falls on a Saturday: observed
        date(2026, 7, 4),
        date(2026, 9, 7),  # Labor Day
        date(2026, 10, 12),  # Columbus Day
        date(2026, 11, 11),  # Veterans Day
        date(2026, 11, 26),  # Thanksgiving, and not the day after it
        date(2026, 12, 25),  # Christmas Day
    ]


@pytest.mark.clause("R-20")
@pytest.mark.parametrize(
    ("day", "closed"),
    [
        (date(2020, 6, 19), False),  # Juneteenth before it was a federal holiday
        (date(2021, 6, 18), True),  # and in its first year, observed on the Friday
        (date(2021, 12, 31), True),  # New Year's Day of 2022, observed in the year before
        (date(2025, 1, 9), False),  # a day of mourning on which federal offices were closed
        (date(2025, 12, 24), False),  # another single closing
        (date(2029, 1, 20), False),  # Inauguration Day
        (date(2044, 12, 26), True),  # the last observed day before the calendar ends
    ],
)
def test_single_closings_are_no_holidays_and_observed_days_are(day: date, closed: bool):
    ours = S.calendars[0].holidays
    days = holidays.country_holidays(
        ours.country, years=day.year, categories=tuple(ours.categories)
    )

    assert (day in set(days)) == closed


@pytest.mark.clause("S-1")
def test_a_caller_may_be_sent_to_the_tickets_or_to_mail():
    assert rule(S, "phone_redirect").to == ["ticket", "email"]
    assert [plan.key for plan in S.plans] == ["wholesale"]


@pytest.mark.clause("S-2")
def test_a_ticket_must_follow_a_voice_message():
    assert rule(S, "on_call").ticket_must_follow is True


@pytest.mark.clause("S-2.1")
def test_installs_are_booked_three_business_days_ahead():
    installs = rule(S, "installs")

    assert (installs.notice_business_days, installs.calendar, installs.fee) == (
        3,
        "standard",
        "install",
    )
    assert installs.disconnection_is_outage is False
    assert keys(S.reasons.exclusion) == ["third-party-disconnection"]


@pytest.mark.clause("S-3")
def test_off_hours_serve_priority_one_and_what_was_booked():
    off_hours = rule(S, "off_hours")

    assert (off_hours.calendar, off_hours.served, off_hours.others) == (
        "standard",
        ["1"],
        "booked_ahead",
    )


@pytest.mark.clause("S-4")
def test_an_emergency_off_hours_is_reviewed_before_it_is_billed():
    review = rule(S, "fault_review")

    assert (review.severities, review.outside_calendar, review.fee, review.bill_before_finding) == (
        ["1"],
        "standard",
        "after-hours-emergency",
        False,
    )


@pytest.mark.clause("S-2.1", "S-4", "S-13", "R-7", "R-8")
@pytest.mark.parametrize(
    ("key", "clause", "minutes", "only_when"),
    [
        ("after-hours-emergency", "S-4", (60, 1), ("standard", True)),
        ("install", "S-2.1", (60, 1), (None, False)),
        ("professional-services", "S-13", (0, 30), (None, False)),
    ],
)
def test_hourly_fees_cost_125_with_their_minimum_and_increment(key, clause, minutes, only_when):
    hourly = fee(S, key)

    assert (hourly.hourly_amount, hourly.clause) == (Decimal("125.00"), clause)
    assert (hourly.minimum_minutes, hourly.increment_minutes) == minutes
    assert (hourly.outside_calendar, hourly.after_fault_finding) == only_when


@pytest.mark.clause("S-13.1", "R-9")
def test_dial_translations_have_four_tiers_and_then_a_quote():
    tiered = fee(S, "dial-translations")

    assert [(tier.from_minutes, tier.to_minutes, tier.amount) for tier in tiered.tiers] == [
        (0, 4, Decimal("0.00")),
        (5, 15, Decimal("25.00")),
        (16, 40, Decimal("50.00")),
        (41, 60, Decimal("75.00")),
    ]
    assert (tiered.over_last_tier, tiered.over_last_tier_reading) == ("quote", "R-9")


@pytest.mark.clause("S-10")
def test_standard_improvements_are_free():
    assert fee(S, "standard-improvements").kind == "free"


@pytest.mark.clause("S-12", "R-6")
def test_categories_that_are_service_related_and_those_that_cost():
    assert keys(S.reasons.category, where="service_related") == [
        "outage",
        "call-quality",
        "voicemail",
    ]
    assert [(category.key, category.fee) for category in S.reasons.category if category.fee] == [
        ("install", "install"),
        ("custom-programming", "professional-services"),
        ("dial-translation", "dial-translations"),
        ("improvement", "standard-improvements"),
    ]


@pytest.mark.clause("S-5-step-down")
def test_one_and_two_step_down_to_three_then_to_four_and_close():
    step_down = rule(S, "step_down")

    assert [(step.severities, step.to, step.after.hours) for step in step_down.steps] == [
        (["1", "2"], "3", 0),
        (["3"], "4", 24),
    ]
    assert (step_down.close_after.hours, step_down.calendar, step_down.reason) == (
        48,
        "always",
        "under-watch",
    )


@pytest.mark.clause("S-5-targets", "R-3")
def test_a_wrong_priority_is_a_reason_of_its_own():
    reasons = S.reasons.severity_change

    assert keys(reasons) == ["impact-changed", "misclassified", "under-watch"]
    assert keys(reasons, where="misclassified") == ["misclassified"]
    assert keys(reasons, where="lowers_only") == ["under-watch"]


@pytest.mark.clause("S-5-step-down", "S-9", "S-2.1")
def test_closing_reasons_and_the_one_that_is_not_covered():
    assert keys(S.reasons.closing) == [
        "resolved",
        "monitored",
        "workaround",
        "vendor-change",
        "new-version",
        "not-covered",
    ]
    assert keys(S.reasons.closing, where="excluded") == ["not-covered"]


@pytest.mark.clause("S-6", "R-3")
def test_a_reason_for_outage_is_owed_in_24_and_96_clock_hours():
    report = rule(S, "reason_for_outage")

    assert [(owed.severity, owed.within.hours) for owed in report.owed] == [("1", 24), ("2", 96)]
    assert (report.calendar, report.remind_at_percent, report.preliminary_keeps) == (
        "always",
        [50, 75],
        False,
    )


@pytest.mark.clause("S-7")
def test_the_escalation_path_has_three_rungs_with_mail_and_phone():
    path = rule(S, "escalation").path

    assert len(path) == 3
    assert all(rung.email.endswith("@example.com") and "555 01" in rung.phone for rung in path)
    assert keys(S.reasons.escalation_ground) == ["not-resolved"]


@pytest.mark.clause("S-9", "S-11")
def test_no_date_for_code_changes_and_notices_to_those_concerned():
    assert rule(S, "code_change").fixed_resolution is False
    assert rule(S, "maintenance").audience == "affected_accounts"


@pytest.mark.clause("S-12", "R-4", "R-5", "R-12", "R-13")
def test_day_22_suspends_support_and_day_30_the_dashboard():
    delinquency = rule(S, "delinquency")

    assert [(rung.first_day, rung.standing, rung.clause) for rung in delinquency.rungs] == [
        (22, "SUPPORT_SUSPENDED", "S-12"),
        (30, "DASHBOARD_SUSPENDED", "S-12"),
    ]
    assert (delinquency.zone, delinquency.effect, delinquency.released_by) == (
        "policy",
        "automatic",
        "nothing_overdue",
    )
    assert (delinquency.disputed_counts, delinquency.stops_clocks) == (False, True)
    assert delinquency.notice_days_before == [7, 1]
    # As the clause has them: "more than 21 days", "30 days or more".
    assert [(rung.more_than_days, rung.from_days) for rung in delinquency.rungs] == [
        (21, None),
        (None, 30),
    ]
    assert (delinquency.disputed_from, delinquency.ignore_below) == ("raised", None)
