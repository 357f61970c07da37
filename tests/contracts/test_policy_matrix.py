"""A row of targets is split where a cell changes, and no further; places of problems."""

import pytest

from apps.contracts.policy_file.matrix import Cell, with_promises
from apps.contracts.policy_file.places import line_of, lines_of

ROW = {
    "kind": "response",
    "plans": ["a", "b"],
    "severities": ["1", "2", "3"],
    "within": {"hours": 1},
    "calendar": "desk",
    "clause": "C-1",
}
SLOW = {"within": {"hours": 9}, "calendar": "desk"}
TEXT = '''[policy]
title = "x"
note = """
[[targets]]
"""

[[targets]]
plans = ["a"]

[[targets]] # the second
within = { hours = 1 }

[calendars.holidays]
own = [
  { on = 2026-01-01 },
]
'''


def split(*changed):
    return [
        (row["plans"], row["severities"], row["within"]["hours"])
        for row, _ in with_promises([ROW], dict(changed))
    ]


def test_what_nobody_changed_stays_one_row():
    assert [row for row, _ in with_promises([ROW], {})] == [ROW]


@pytest.mark.clause("V-4", "S-5-targets")
def test_one_changed_cell_leaves_the_others_together():
    assert split((Cell(0, "b", "2"), SLOW)) == [
        (["a", "b"], ["1", "3"], 1),
        (["a"], ["2"], 1),
        (["b"], ["2"], 9),
    ]


@pytest.mark.clause("V-4", "S-5-targets")
def test_a_plan_that_changed_throughout_becomes_one_row():
    changed = [(Cell(0, "a", severity), SLOW) for severity in "123"]

    assert split(*changed) == [(["a"], ["1", "2", "3"], 9), (["b"], ["1", "2", "3"], 1)]


def test_every_row_says_of_which_cells_it_is_made():
    rows = with_promises([ROW, ROW], {Cell(1, "a", "1"): {"best_effort": True}})

    members = [cell for _, cells in rows for cell in cells]
    assert sorted(map(str, members)) == sorted(
        str(Cell(number, plan, severity))
        for number in (0, 1)
        for plan in "ab"
        for severity in "123"
    )
    assert {"within", "calendar"} & rows[1][0].keys() == set()


@pytest.mark.parametrize(
    ("key", "said", "line"),
    [
        ("policy.title", "", 2),
        ("targets[1].plans", "", 8),
        ("targets[2].within.hours", "", 11),
        ("targets[2].calendar", "", 10),
        ("calendars.holidays.own[1].on", "", 14),
        ("severities", "", None),
        ("", "is not TOML: Invalid value (at line 12, column 3)", 12),
    ],
)
def test_a_problem_leads_to_its_line(key, said, line):
    assert line_of(lines_of(TEXT), key=key, said=said) == line
