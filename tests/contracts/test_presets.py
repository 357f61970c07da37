"""What holds for both presets, and that their catalogues are the whole ledger."""

from datetime import date

import pytest

from apps.contracts.policy_file.shape import PolicyFile
from tests.contracts.presets import S, V


def refs(file: PolicyFile) -> list[str]:
    return [clause.ref for clause in file.clauses]


def test_each_preset_says_whose_it_is_and_of_when():
    assert [
        (file.policy.slug, file.policy.dated_on, file.policy.time_zone, file.policy.currency)
        for file in (V, S)
    ] == [
        ("voximplant-premium-2023", date(2023, 9, 15), "America/New_York", "USD"),
        ("skyswitch-support-2017", date(2017, 11, 9), "America/New_York", "USD"),
    ]


def test_people_are_warned_at_three_quarters_of_the_time():
    assert [file.policy.warn_at_percent for file in (V, S)] == [75, 75]


def test_the_premium_catalogue_has_every_clause_of_the_ledger():
    own = [ref for ref in refs(V) if ref.startswith("V-")]

    assert sorted(own) == sorted(
        [
            "V-1.2",
            "V-2-response",
            "V-2-resolution",
            "V-2-incident",
            "V-2-order",
            "V-3.1",
            "V-3.3",
            "V-3.4.2",
            "V-3.4.4",
            "V-3.4.6",
            "V-3.5",
            "V-3.6",
            "V-3.7",
            "V-4",
            "V-5",
            "V-6.1",
            "V-6.3",
            "V-6.4",
            "V-6.5",
            "V-6.6",
            "V-7.1",
            "V-7.2",
            "V-7.3",
            "V-8.1",
            "V-8.1.4",
            "V-8.2.3",
            "V-8.3",
            "V-9.1",
            "V-9.2",
            "V-2-monitoring",
            "V-2-gap",
        ]
    )


def test_the_wholesale_catalogue_has_every_clause_of_the_ledger():
    own = [ref for ref in refs(S) if ref.startswith("S-")]

    assert sorted(own) == sorted(
        [
            "S-1",
            "S-2",
            "S-2.1",
            "S-3",
            "S-4",
            "S-5-targets",
            "S-5-step-down",
            "S-6",
            "S-7",
            "S-8",
            "S-9",
            "S-10",
            "S-11",
            "S-12",
            "S-13",
            "S-13.1",
        ]
    )


def test_together_the_presets_have_every_reading():
    readings = {ref for file in (V, S) for ref in refs(file) if ref.startswith("R-")}

    assert readings == {f"R-{number}" for number in range(1, 21)}


@pytest.mark.clause("R-14")
def test_a_new_severity_counts_from_registration_in_both():
    assert [file.rules.severity_change.counts_from for file in (V, S)] == ["registration"] * 2


@pytest.mark.clause("V-2-response", "S-8", "R-13", "R-16")
@pytest.mark.parametrize("file", [V, S], ids=["V", "S"])
def test_a_reply_or_a_call_responds_and_only_a_suspension_stops_that_clock(file: PolicyFile):
    response = file.rules.response

    assert (response.counts, response.stops_for) == (
        ["public_reply", "logged_call"],
        ["suspension"],
    )


@pytest.mark.clause("V-2-resolution", "R-15", "R-16")
@pytest.mark.parametrize("file", [V, S], ids=["V", "S"])
def test_waiting_for_the_client_stops_the_resolution_which_ends_with_the_solution(
    file: PolicyFile,
):
    resolution = file.rules.resolution

    assert (resolution.stops_for, resolution.ends_with) == (
        ["waiting_on_client", "suspension"],
        "solution",
    )


def test_premium_has_none_of_the_rules_that_only_the_wholesaler_has():
    assert sorted(set(S.rules.stated()) - set(V.rules.stated())) == [
        "code_change",
        "delinquency",
        "fault_review",
        "installs",
        "maintenance",
        "off_hours",
        "on_call",
        "phone_redirect",
        "reason_for_outage",
        "step_down",
    ]
