"""Which promise holds for a ticket: the most specific one."""

import pytest

from tests.rules.promises import STANDARD, TERMS, target, with_targets

ANY = target("RESPONSE", "3", 4, STANDARD)
BY_PHONE = target("RESPONSE", "3", 1, STANDARD, channel="PHONE")
OUTSIDE = target("RESPONSE", "3", 2, STANDARD, arrival="OUTSIDE")
BOTH = target("RESPONSE", "3", 3, STANDARD, channel="PHONE", arrival="OUTSIDE")


def chosen(targets, *, kind="RESPONSE", severity="3", channel="PHONE", arrival="OUTSIDE"):
    terms = with_targets(*targets)
    return terms.target(kind=kind, severity=severity, channel=channel, arrival=arrival)


@pytest.mark.clause("V-4", "S-5-targets")
@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        ([ANY, BY_PHONE, OUTSIDE, BOTH], BOTH),
        ([BOTH, OUTSIDE, BY_PHONE, ANY], BOTH),
        ([ANY, BY_PHONE, OUTSIDE], BY_PHONE),
        ([OUTSIDE, ANY], OUTSIDE),
        ([ANY], ANY),
        ([], None),
    ],
)
def test_the_most_specific_promise_wins_whatever_the_order(targets, expected):
    assert chosen(targets) == expected


@pytest.mark.clause("V-4")
@pytest.mark.parametrize(
    "other",
    [
        {"kind": "RESOLUTION"},
        {"severity": "2"},
        {"channel": "EMAIL", "arrival": "INSIDE"},
        {"channel": "EMAIL"},
        {"arrival": "INSIDE"},
    ],
)
def test_a_promise_under_other_conditions_does_not_hold(other):
    assert chosen([BOTH], **other) is None


@pytest.mark.clause("S-5-targets")
def test_each_severity_has_its_own_promise():
    found = [
        TERMS.target(kind="RESPONSE", severity=key, channel="EMAIL", arrival="INSIDE").duration
        for key in "1234"
    ]

    assert [length.total_seconds() / 3600 for length in found] == [1, 2, 4, 8]
