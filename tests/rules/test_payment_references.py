"""Which documents a payer's words name."""

import pytest

from apps.billing.rules.references import Named, Prefix, named_in

SERIES = [Prefix("INV-", 6), Prefix("INV-2026-", 4), Prefix("CN-", 6)]


def named(words: str) -> list[tuple[str, int]]:
    return [(each.prefix, each.number) for each in named_in(words, prefixes=SERIES)]


@pytest.mark.clause("V-3.4.6")
@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("INV-000042", [("INV-", 42)]),
        ("inv 42", [("INV-", 42)]),
        ("inv42", [("INV-", 42)]),
        ("Invoice paid, INV.  00042 thanks", [("INV-", 42)]),
        ("INV\u201342", [("INV-", 42)]),  # a dash that a text program made
        ("INV\u00a0#42", [("INV-", 42)]),
        ("\uff29\uff2e\uff36\uff0d\uff14\uff12", [("INV-", 42)]),  # full width
        ("INV-42, inv 43 and CN-7", [("INV-", 42), ("INV-", 43), ("CN-", 7)]),
        ("INV-42 INV-000042", [("INV-", 42)]),
        ("INV-2026-0007", [("INV-2026-", 7)]),
        ("inv 2026 7", [("INV-2026-", 7)]),
        ("INV20260007", [("INV-2026-", 7)]),
        ("INV-2026", [("INV-", 2026)]),
    ],
)
def test_case_spaces_dashes_and_zeros_do_not_matter(words, found):
    assert named(words) == found


@pytest.mark.parametrize(
    "words",
    [
        "",
        "42",
        "000042",
        "MYINV-42",
        "INV",
        "INV-",
        "INV-\u0664\u0662",  # digits of another alphabet
        "INV-" + "9" * 40,
        "invoice",
    ],
)
def test_what_has_no_prefix_of_ours_names_nothing(words):
    assert named(words) == []


def test_without_a_series_nothing_is_named():
    assert named_in("INV-1", prefixes=[]) == []


def test_a_prefix_of_letters_in_several_parts():
    assert named_in("a/b-12", prefixes=[Prefix("A-B/", 3)]) == [Named("A-B/", 12)]
