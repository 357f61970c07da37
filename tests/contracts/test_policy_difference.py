"""What differs between two policies: by clause, term by term, and nothing that is the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.contracts.policy_file import read
from apps.contracts.policy_file.entries import entries_of
from apps.contracts.rules.difference import (
    Change,
    ClauseDifference,
    Entry,
    Fact,
    Kind,
    difference,
)
from tests.contracts.presets import S, V
from tests.factories import HARBOUR

ENTRIES = st.dictionaries(
    st.tuples(st.sampled_from("abc"), st.sampled_from("xy")),
    st.builds(
        dict,
        clause=st.sampled_from(["C-1", "C-2"]),
        facts=st.dictionaries(st.sampled_from("mn"), st.integers(0, 2)),
    ),
).map(lambda found: [Entry(place, **rest) for place, rest in found.items()])


def harbour(*edits):
    text = HARBOUR.read_text("utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    return entries_of(read(text, name="harbour.toml"))


def changes(before, after):
    return [(each.clause, each.changes) for each in difference(before, after) if each.changes]


@pytest.mark.clause("V-4", "S-5-targets")
def test_a_target_that_changed_says_both_figures_under_its_clause():
    place = ("targets", "response", "berth", "2", "", "")
    hours = Fact("within", {"hours": 2, "minutes": 0}, {"hours": 3, "minutes": 30})

    found = changes(harbour(), harbour(("{ hours = 2 }", "{ hours = 3, minutes = 30 }")))

    assert found == [("H-3", (Change(place, Kind.CHANGED, (hours,)),))]


@pytest.mark.clause("V-4", "S-5-targets")
def test_a_row_of_targets_that_is_split_says_the_same():
    both = harbour(("{ hours = 2 }", "{ hours = 4 }"))
    text = HARBOUR.read_text("utf-8").split("[[targets]]")
    text[2] = text[2].replace('["2"]', '["2", "3"]').replace("hours = 2", "hours = 4")
    del text[3]

    assert changes(both, entries_of(read("[[targets]]".join(text), name="joined.toml"))) == []


def test_what_is_new_or_gone_comes_with_all_that_it_says():
    added = Entry(("fees", "call"), "C-4", {"amount": 5})
    dropped = Entry(("fees", "mail"), "C-5", {"amount": 6})

    assert difference([dropped], [added]) == [
        ClauseDifference("C-4", (Change(added.place, Kind.ADDED, (Fact("amount", None, 5),)),), ()),
        ClauseDifference(
            "C-5", (Change(dropped.place, Kind.REMOVED, (Fact("amount", 6, None),)),), ()
        ),
    ]


def test_a_term_without_facts_is_new_all_the_same():
    entry = Entry(("fees", "call"), "C-4", {})

    assert difference([], [entry]) == [
        ClauseDifference("C-4", (Change(entry.place, Kind.ADDED, ()),), ())
    ]


def test_a_term_that_moved_to_another_clause_is_told_of_under_the_new_one():
    place = ("rules", "response")
    before, after = Entry(place, "C-1", {"clause": "C-1"}), Entry(place, "C-2", {"clause": "C-2"})

    assert difference([before], [after]) == [
        ClauseDifference("C-2", (Change(place, Kind.CHANGED, (Fact("clause", "C-1", "C-2"),)),), ())
    ]


@pytest.mark.parametrize("file", [V, S], ids=["premium", "wholesale"])
def test_a_policy_differs_from_itself_in_nothing(file):
    entries = entries_of(file)

    found = difference(entries, entries)

    assert [each.changes for each in found if each.changes] == []
    assert sorted(place for each in found for place in each.same) == sorted(
        entry.place for entry in entries
    )


@pytest.mark.parametrize("file", [V, S], ids=["premium", "wholesale"])
def test_no_two_terms_of_a_policy_have_one_place(file):
    places = [entry.place for entry in entries_of(file)]

    assert len(places) == len(set(places))


@given(before=ENTRIES, after=ENTRIES)
def test_the_changes_turn_the_first_policy_into_the_second(before, after):
    terms = {entry.place: dict(entry.facts) for entry in before}

    for each in difference(before, after):
        for change in each.changes:
            if change.kind == Kind.REMOVED:
                del terms[change.place]
                continue
            facts = terms.setdefault(change.place, {})
            facts.update({fact.name: fact.after for fact in change.facts})

    said = {
        place: {name: fact for name, fact in facts.items() if fact is not None}
        for place, facts in terms.items()
    }
    assert said == {entry.place: dict(entry.facts) for entry in after}


@given(before=ENTRIES, after=ENTRIES)
def test_every_term_of_both_is_told_of_once(before, after):
    found = difference(before, after)
    told = [place for each in found for place in each.same]
    told += [change.place for each in found for change in each.changes]

    assert sorted(told) == sorted({entry.place for entry in [*before, *after]})
