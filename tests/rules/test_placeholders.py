"""Placeholders: what may stand in a text, and that what fills them is never looked into."""

import pytest

from apps.tickets.rules.placeholders import KNOWN, filled, problems_in

VALUES = {name: f"<{name}>" for name in KNOWN}


def test_every_known_placeholder_may_stand_and_is_filled_in():
    text = " ".join(f"{{{name}}}" for name in KNOWN)

    assert problems_in(text) == []
    assert filled(text, VALUES) == " ".join(f"<{name}>" for name in KNOWN)


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("{nubmer} {nubmer} {Number}", ["{nubmer}", "{Number}"]),
        ("{number.__class__} {0} {} {number!r} { number }", None),
        ("a { b", ["A single “{”"]),
        ("a } b", ["A single “}”"]),
        ("{{number}} {{ }}", []),
        ("{{{number}}}", []),
        ("{number", ["A single “{”"]),
        ("{num\nber}", ["A single “{”", "A single “}”"]),
    ],
)
def test_what_is_unknown_or_stands_alone_is_named(text, problems):
    found = problems_in(text)

    if problems is None:
        assert len(found) == 5
    else:
        assert [each.partition(" is ")[0].partition(" stands ")[0] for each in found] == problems


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("{{number}}", "{number}"),
        ("{{{number}}}", "{FL-1}"),
        ("{subject}", "{number} {{ {% now %}"),
        ("{unknown} {", "{unknown} {"),
        ("a\nb", "a\nb"),
    ],
)
def test_a_value_is_put_in_once_and_never_filled_itself(text, result):
    assert filled(text, {"number": "FL-1", "subject": "{number} {{ {% now %}"}) == result


def test_many_braces_take_no_long_time():
    assert len(problems_in("{" * 200_001)) == 1
    assert filled("{{" * 100_000, {}) == "{" * 100_000
