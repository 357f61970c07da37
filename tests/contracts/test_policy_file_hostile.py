"""Files that were made to do harm are refused at once, and say why."""

import re
import time

import pytest

from apps.contracts.policy_file import PolicyFileInvalid, read
from tests.contracts.minimal import TEXT, edited, problems_of

LONG = 10 * 1024 * 1024


def test_ten_megabytes_are_refused_without_being_read(tmp_path):
    path = tmp_path / "large.toml"
    with path.open("wb") as file:
        file.truncate(LONG)

    with pytest.raises(PolicyFileInvalid) as refused:
        read(path, name="large.toml")

    assert str(refused.value) == (
        "large.toml: is larger than the 524,288 bytes that a policy may have"
    )


def test_ten_megabytes_of_text_are_refused():
    assert problems_of("#\n" * (LONG // 2)) == [
        "is larger than the 524,288 bytes that a policy may have"
    ]


@pytest.mark.parametrize("text", ["a = " + "[" * 3900, "a = " + "{a = " * 750])
def test_deep_nesting_is_refused(text):
    assert problems_of(text) == ["is nested too deeply"]


def test_a_key_of_endless_dots_is_refused_by_its_length():
    assert problems_of("\n" + "a." * 50_000 + "a = 1") == ["line 2 has more than 4,000 characters"]


def test_a_key_of_many_dots_is_just_unknown():
    text = edited(("[policy]", "a." * 1900 + "a = 1\n[policy]"))

    assert problems_of(text) == [
        "a: unknown key; known here are policy, clauses, calendars, severities, plans, targets, "
        "fees, reasons, rules"
    ]


def test_numbers_of_thousands_of_digits_do_no_harm():
    digits = "\n".join(["a = [", *["1" * 3900 + ","] * 2, "1" * 3999 + "]"])

    assert problems_of(digits)[0].startswith("a: unknown key; known here are policy")


def test_an_impossible_date_is_refused():
    assert problems_of("a = 2025-02-30") == [
        "is not TOML: Invalid date or datetime (at line 1, column 5)"
    ]


def test_forty_thousand_unknown_keys_are_told_of_two_hundred_times():
    unknown = "\n".join(f"k{number} = 1" for number in range(40_000))
    before = time.monotonic()

    problems = problems_of(unknown)

    assert len(problems) == 200
    assert time.monotonic() - before < 20


def test_a_target_for_everything_many_times_over_is_refused():
    plans = ", ".join(['"care"'] * 101)
    text = edited(('plans = ["care", "care-plus"]', f"plans = [{plans}]"))

    assert problems_of(text) == ["targets[1].plans (W-3): must have at most 100 entries"]


@pytest.mark.parametrize(
    ("character", "told"),
    [
        ("\\u200b", "must not hold an invisible character, U+200B"),
        ("\\u202e", "must not hold an invisible character, U+202E"),
        ("\\u007f", "must not hold an invisible character, U+007F"),
        ("\\u0001", "must not hold control characters"),
    ],
)
def test_a_title_and_a_provider_hold_nothing_that_nobody_sees(character, told):
    found = problems_of(re.sub(r'(?m)^(title|provider) = ".', rf"\g<0>\{character}", TEXT, count=2))

    assert [problem.partition(": ")[2] for problem in found] == [told, told]


def test_a_provider_shows_something():
    found = problems_of(re.sub(r'(?m)^provider = ".*"', r'provider = "\\u0301"', TEXT, count=1))

    assert [problem.partition(": ")[2] for problem in found] == ["must show something"]
