"""The premium preset says what the policy says: every figure, beside the clause it is from."""

import pytest

from apps.contracts.policy_file.terms import AllowanceFee, OrderFee
from tests.contracts.presets import V, fee, keys, rule, target


@pytest.mark.clause("V-4", "R-1")
@pytest.mark.parametrize(
    ("plan", "hours"),
    [("silver", [2, 3, 5, 24]), ("gold", [1, 2, 4, 8]), ("platinum", [1, 1, 4, 8])],
)
def test_premium_response_hours_run_around_the_clock(plan: str, hours: list[int]):
    owed = [target(V, "response", plan, severity) for severity in ("I", "II", "III", "IV")]

    assert owed == [(number, "always") for number in hours]


@pytest.mark.clause("V-5", "V-8.2.3")
@pytest.mark.parametrize("plan", ["silver", "gold", "platinum"])
def test_no_premium_plan_has_a_resolution_deadline_of_its_own(plan: str):
    owed = [target(V, "resolution", plan, severity) for severity in ("I", "II", "III", "IV")]

    assert owed == [(None, None)] * 4


@pytest.mark.clause("V-4")
def test_tam_hours_and_features_of_the_premium_plans():
    assert [
        (
            plan.key,
            plan.tam_hours_per_month,
            plan.features["tam"],
            plan.features["support_email"],
            plan.features["proactive_monitoring"],
            plan.features["gap_analysis"],
            rule(V, "account_manager").reachable[plan.key],
        )
        for plan in V.plans
    ] == [
        ("silver", 8, True, "24/7", False, False, "order_calendar"),
        ("gold", 40, True, "24/7", True, True, "order_calendar"),
        ("platinum", 80, True, "24/7", True, True, "always"),
    ]


@pytest.mark.clause("V-4", "R-1")
def test_premium_support_is_always_open():
    assert [(calendar.key, calendar.always_open) for calendar in V.calendars] == [("always", True)]
    assert V.policy.standard_calendar == "always"


@pytest.mark.clause("V-7.1", "V-2-incident")
def test_premium_severities_their_incidents_and_the_default():
    assert [
        (severity.rank, severity.key, severity.incident, severity.default, len(severity.examples))
        for severity in V.severities
    ] == [
        (1, "I", True, False, 5),
        (2, "II", True, False, 3),
        (3, "III", False, False, 3),
        (4, "IV", False, True, 2),
    ]


@pytest.mark.clause("V-3.5", "V-1.2", "V-3.1")
def test_premium_support_is_for_authorised_users_under_an_order_in_term():
    entitlement = V.rules.entitlement

    assert entitlement.authorised_users_only is True
    assert (entitlement.order_clause, entitlement.term_clause) == ("V-1.2", "V-3.1")


@pytest.mark.clause("V-3.3")
def test_four_kinds_of_work_are_covered_and_six_causes_excluded():
    assert keys(V.reasons.covered_work) == [
        "diagnosis",
        "workaround",
        "fault-advice",
        "general-advice",
    ]
    assert keys(V.reasons.exclusion) == [
        "infrastructure",
        "missing-information",
        "third-party-product",
        "infrastructure-failure",
        "third-party-carrier",
        "outside-control",
    ]


@pytest.mark.clause("V-3.4.2")
def test_the_client_has_the_response_time_to_answer_and_a_miss_is_proposed():
    found = rule(V, "client_reply")

    assert (found.as_long_as, found.on_miss, found.reason) == (
        "response",
        "propose",
        "no-information",
    )


@pytest.mark.clause("V-3.4.4", "R-10")
def test_a_closure_waits_48_clock_hours_for_the_client():
    found = rule(V, "closure_confirmation")

    assert (found.within.hours, found.within.minutes, found.calendar, found.on_silence) == (
        48,
        0,
        "always",
        "close",
    )


@pytest.mark.clause("V-3.4.6", "V-6.3")
def test_premium_fees_are_the_orders_own_and_tam_hours_cost_nothing():
    allowance = fee(V, "tam-hours")

    assert [type(found) for found in V.fees] == [OrderFee, AllowanceFee]
    assert (allowance.of, allowance.over) == ("tam_hours_per_month", "redirect")


@pytest.mark.clause("V-3.6", "V-3.7")
def test_third_parties_stop_no_clock_and_the_language_is_english():
    assert rule(V, "third_parties").clocks_run_on is True
    assert V.language == "en"


@pytest.mark.clause("V-6.3", "V-6.6", "R-11", "R-18")
def test_tam_months_warnings_limit_and_five_days_of_notice():
    found = rule(V, "account_manager")

    assert (found.month_zone, found.warn_at_percent, found.at_limit, found.notice_days) == (
        "order",
        [80, 100],
        "redirect",
        5,
    )


@pytest.mark.clause("V-7.3")
def test_four_reasons_change_a_premium_severity_and_two_only_lower_it():
    reasons = V.reasons.severity_change

    assert keys(reasons) == [
        "impact-changed",
        "alternative-found",
        "dispute-upheld",
        "no-information",
    ]
    assert keys(reasons, where="lowers_only") == ["alternative-found", "no-information"]
    assert keys(reasons, where="misclassified") == []
    assert keys(reasons, where="upholds_dispute") == ["dispute-upheld"]


@pytest.mark.clause("V-8.2.3", "R-19")
def test_severity_one_is_worked_on_first():
    found = rule(V, "order_of_work")

    assert (found.first, found.first_by, found.rest_by) == (
        ["I"],
        "resolution_deadline",
        "registration",
    )


@pytest.mark.clause("V-8.3")
def test_seven_reasons_close_a_premium_ticket_and_two_of_them_as_not_covered():
    assert keys(V.reasons.closing) == [
        "restored",
        "information-given",
        "update-instructions",
        "new-development",
        "not-supported-service",
        "outside-control",
        "later-version",
    ]
    assert keys(V.reasons.closing, where="excluded") == ["not-supported-service", "outside-control"]


@pytest.mark.clause("V-9.1", "V-9.2")
def test_grounds_to_escalate_and_the_two_that_the_ticket_itself_shows():
    assert [(ground.key, ground.shown_by) for ground in V.reasons.escalation_ground] == [
        ("response-late", "response_missed"),
        ("sla-violated", "resolution_missed"),
        ("severity-disagreement", ""),
        ("dissatisfaction", ""),
    ]
    escalation = rule(V, "escalation")
    assert (escalation.path, escalation.needs) == ([], ["ticket", "ground"])
