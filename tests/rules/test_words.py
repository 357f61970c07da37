"""Texts as words, for what is kept and for what is looked for."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from apps.tickets.rules.words import LONGEST_WORD, MOST_SOUGHT, words_in, words_kept, words_sought


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("No dial tone, no DIAL tone", ["no", "dial", "tone"]),
        ("ada@client.example.com", ["ada", "client", "example", "com"]),
        ("FL-000012", ["fl", "000012"]),
        ("snake_case", ["snake", "case"]),
        ("Zürich, Straße", ["zurich", "strasse"]),
        ("Ｆｕｌｌ ﬁne", ["full", "fine"]),
        ("Москва, 東京", ["москва", "東京"]),
        ("!&|:*()<->'\"\\%_\x00", []),
        ("a\x00b", ["a", "b"]),
    ],
)
def test_a_word_is_a_run_of_letters_and_digits_in_its_simplest_form(text, words):
    assert words_in(text) == words


def test_a_word_without_end_is_cut():
    assert words_in("x" * 5000) == ["x" * LONGEST_WORD]


def test_the_last_word_of_a_search_may_be_unfinished_if_it_has_three_letters():
    assert words_sought("dial to") == [("dial", False), ("to", False)]
    assert words_sought("dial ton") == [("dial", False), ("ton", True)]


def test_a_search_looks_for_so_many_words_only():
    assert len(words_sought(" ".join(f"w{number}" for number in range(99)))) == MOST_SOUGHT


@given(st.text())
@example("\U0001d468")  # a bold A comes apart into a capital one
@example("İ")
def test_what_is_kept_is_words_between_blanks_and_stays_as_it_is(text):
    kept = words_kept(text)

    assert (kept[0], kept[-1]) == (" ", " ")
    assert words_kept(kept) == kept
    assert "\x00" not in kept
    assert "_" not in kept
    assert all(word.isalnum() for word in kept.split())
