"""Names with something in them that no reader sees, or that reads like something else."""

import pytest

from apps.contracts.rules.names import mixed_word, shows, unseen_in


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Acme", ""),
        ("Société Générale – 株式会社 🙂", ""),
        ("Ac\u200bme", "U+200B"),
        ("Acme\u202e", "U+202E"),
        ("\ufeffAcme", "U+FEFF"),
        ("Ac\u00adme", "U+00AD"),
        ("Acme\u2028", "U+2028"),
        ("Acme\u2029", "U+2029"),
        ("Acme\ue000", "U+E000"),
        ("Acme\U0010fffe", "U+10FFFE"),
        ("Acme\x85", "U+0085"),
        ("Acme\t", "U+0009"),
        ("Acme\u3164", "U+3164"),
    ],
)
def test_a_character_that_nobody_sees_is_found(text, found):
    assert unseen_in(text) == found


@pytest.mark.parametrize(("text", "found"), [("a\n\tb\r\n", ""), ("a\x0b", "U+000B")])
def test_a_text_of_several_lines_may_break_and_indent_them(text, found):
    assert unseen_in(text, lines=True) == found


@pytest.mark.parametrize(
    ("text", "seen"), [("", False), (" \u00a0", False), ("\u0301\ufe0f", False), ("-", True)]
)
def test_a_name_of_spaces_and_loose_marks_shows_nothing(text, seen):
    assert shows(text) == seen


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Acme", ""),
        ("Акме", ""),
        ("Acme Акме", ""),
        ("α-Labs", ""),
        ("Ünïted 7", ""),
        ("株式会社Acme", ""),
        ("The Acm\u0435 Group", "Acm\u0435"),
        ("\u039fracle", "\u039fracle"),
        ("\u0391\u0412", "\u0391\u0412"),
    ],
)
def test_a_word_with_letters_of_two_alphabets_that_look_alike_is_found(text, word):
    assert mixed_word(text) == word
