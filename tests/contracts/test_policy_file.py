"""A policy file is read whole, or refused with all that is wrong, in plain words."""

import dataclasses

import pytest

from apps.contracts.policy_file import PolicyFileInvalid, Problem, read, text_of
from tests.contracts.minimal import FILE, TEXT, edited, problems_after, problems_of, spoilt

SPOILT = [case for kind in ["shape", "keys", "sense"] for case in spoilt(kind)]


@pytest.mark.parametrize(
    ("edits", "problems"),
    [case[1:] for case in SPOILT],
    ids=[case[0] for case in SPOILT],
)
def test_what_is_wrong_is_said_with_its_place_and_clause(edits, problems):
    assert problems_after(*edits) == problems


def test_no_case_is_there_twice():
    titles = [title for title, _, _ in SPOILT]

    assert sorted(titles) == sorted(set(titles))


def test_the_small_policy_is_right():
    assert read(FILE, name="minimal.toml") == read(TEXT, name="x.toml")


def test_a_problem_reads_as_one_line():
    problem = Problem("policies/x.toml", "targets[3].severities", "S-5-targets", "there is none")

    assert str(problem) == "policies/x.toml: targets[3].severities (S-5-targets): there is none"


def test_a_problem_of_the_whole_file_names_the_file():
    assert str(Problem("x.toml", "", "", "is not UTF-8")) == "x.toml: is not UTF-8"


def test_a_problem_is_a_value():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Problem("x.toml", "", "", "is not UTF-8").text = ""


def test_the_refusal_holds_its_problems_and_says_them_all():
    with pytest.raises(PolicyFileInvalid) as refused:
        read(edited(("rank = 2", "rank = 3"), ('currency = "AUD"', "currency = 1")), name="x.toml")

    problems = [
        Problem("x.toml", "policy.currency", "", "must be text"),
        Problem("x.toml", "severities", "", "ranks run 1, 2, 3 … without a gap; missing: 2"),
    ]
    assert refused.value.problems == problems
    assert str(refused.value) == "\n".join(map(str, problems))


def test_a_check_waits_while_a_part_that_it_reads_is_broken():
    """Nobody is told that the severity of a broken target has no target."""
    edit = ('severities = ["question"]\nwithin = { hours = 6 }', "severities = 2")

    assert problems_after(edit) == ["targets[3].severities (W-3): must be a list"]


def test_an_empty_file_misses_every_part_that_is_not_optional():
    assert problems_of("") == [
        f"{part}: this term is missing"
        for part in [
            "policy", "clauses", "calendars", "severities", "plans", "targets", "reasons", "rules",
        ]
    ]  # fmt: skip


def test_a_file_without_fees_is_right():
    fees = TEXT[TEXT.index("[[fees]]") : TEXT.index("[[reasons.closing]]")]

    assert problems_after((fees, ""), ('fee = "callout"\n', "")) == []


def test_toml_that_is_none_is_told_with_its_line():
    assert problems_of('[policy]\nslug = "x\n') == [
        "is not TOML: Illegal character '\\n' (at line 2, column 10)"
    ]


def test_a_key_twice_is_told_with_its_line():
    assert problems_of("a = 1\na = 2\n") == [
        "is not TOML: Cannot overwrite a value (at line 2, column 6)"
    ]


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(PolicyFileInvalid) as refused:
        text_of(tmp_path / "none.toml", name="none.toml")

    assert str(refused.value) == "none.toml: cannot be read: No such file or directory"


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(PolicyFileInvalid) as refused:
        text_of(tmp_path, name="folder")

    assert str(refused.value) == "folder: cannot be read: Is a directory"


def test_a_file_that_is_not_utf8(tmp_path):
    path = tmp_path / "latin.toml"
    path.write_bytes("title = 'Störung'".encode("latin-1"))

    with pytest.raises(PolicyFileInvalid) as refused:
        read(path, name="latin.toml")

    assert str(refused.value) == "latin.toml: is not UTF-8: see the byte at 11"


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path):
    path = tmp_path / "windows.toml"
    path.write_bytes(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())

    assert read(path, name="windows.toml") == read(TEXT, name="x.toml")


def test_midnight_is_the_end_of_a_day_too():
    until = [
        read(edited(('closes = "02:00"', f'closes = "{at}:00"')), name="x") for at in (24, "00")
    ]

    assert until[0] == until[1]
