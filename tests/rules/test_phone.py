"""Phone numbers are found by their ends, however they are written."""

import pytest

from apps.intake.rules.phone import digits_backwards, ending_of

pytestmark = pytest.mark.clause("V-8.1")
STORED = digits_backwards("+1 (607) 555-0139")


def test_the_digits_are_kept_the_last_one_first():
    assert STORED == "93105557061"
    assert digits_backwards("٣ x") == ""


@pytest.mark.parametrize(
    "words",
    ["555 0139", "607-555-0139", "+1 607 555 0139", "001 607 555 0139", "50139", "0 55 50139"],
)
def test_a_number_is_found_by_its_end(words):
    assert STORED.startswith(ending_of(words))
    assert ending_of(words) != ""


@pytest.mark.parametrize("words", ["", "0139", "FL-000042", "PS-2041", "12345@client.example.com"])
def test_what_is_no_number_finds_none(words):
    assert ending_of(words) == ""


def test_another_number_is_not_found():
    assert not STORED.startswith(ending_of("+1 607 555 0138"))
