"""An object is named by a sentence that holds its whole name."""

import pytest

from apps.changes.rules.naming import is_named_in

pytestmark = pytest.mark.clause("S-11")


@pytest.mark.parametrize(
    ("words", "is_named"),
    [
        ("trunk-1", True),
        ("Trunk-1: no dial tone", True),
        ("No dial tone (TRUNK-1).", True),
        ("trunk-1/trunk-2 are down", True),
        ("“trunk-1”, trunk-7", True),
        ("trunk-10 and trunk-1 are down", True),
        ("trunk-10", False),
        ("trunk-1b", False),
        ("trunk-1-b", False),
        ("trunk-1.2", False),
        ("trunk-1/2", False),
        ("old-trunk-1", False),
        ("xtrunk-1", False),
        ("trunk 1", False),
        ("", False),
    ],
)
def test_a_name_is_found_as_a_whole_and_in_no_longer_one(words, is_named):
    assert is_named_in("Trunk-1", words) == is_named


@pytest.mark.parametrize(
    ("name", "words", "is_named"),
    [
        ("ge-0/0", "ge-0/0/1 flaps", False),
        ("0/0/1", "ge-0/0/1 flaps", False),
        ("+1 212 555 0100", "Calls from +1 212 555 0100 fail", True),
        ("2125550100", "12125550100 fails", False),
        ("a.*b", "a.*b fails", True),
        ("a.*b", "axxb fails", False),
        ("T-1", "T-1 fails", False),
        ("STRASSE-1", "straße-1 fails", True),
    ],
)
def test_names_of_any_form_are_taken_by_the_letter(name, words, is_named):
    assert is_named_in(name, words) == is_named
