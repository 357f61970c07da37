"""A policy file comes out as it went in, and a written one says the same."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.contracts.models import PolicyVersion
from apps.contracts.policy_file import document_of, read, text_in, write
from apps.contracts.policy_file.rewrite import rewritten
from apps.contracts.services.policies import digest_of, load_policy
from tests.factories import HARBOUR, LOADED_AT, PRESETS

FILES = [*sorted(PRESETS.glob("*.toml")), *sorted(HARBOUR.parent.glob("*.toml"))]
TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="".join(map(chr, range(32)))),
    min_size=1,
    max_size=30,
).map(lambda text: f"a{text}\n\tb")


def document(path):
    return document_of(path.read_text("utf-8"), name="")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
@pytest.mark.clause("V-2-order")
def test_a_written_file_loads_to_the_same_digest(path):
    text = path.read_text("utf-8")

    written = write(document(path))

    assert digest_of(read(written, name="")) == digest_of(read(text, name=""))
    assert write(document_of(written, name="")) == written


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
@given(criteria=TEXTS, long=st.integers(1, 3000), minutes=st.integers(1, 59))
@settings(max_examples=15, deadline=None)
def test_whatever_a_form_puts_in_is_read_again_as_it_was_put(path, criteria, long, minutes):
    changed = document(path)
    changed["severities"][0]["criteria"] = criteria
    changed["severities"][0]["examples"] = [criteria, "  x" * long]
    changed["targets"][0].update(within={"hours": 7, "minutes": minutes})

    assert document_of(write(changed), name="") == changed
    assert document_of(rewritten(path.read_text("utf-8"), changed)[0], name="") == changed


def test_a_figure_changes_on_its_line_and_the_comments_stay():
    text = (
        "[policy] # ours\nwarn_at_percent = 75 # three quarters\n\n"
        "[[targets]]\nwithin = { hours = 1 } # an hour\n"
    )
    changed = document_of(text, name="")
    changed["policy"]["warn_at_percent"] = 80
    changed["targets"][0]["within"] = {"hours": 2, "minutes": 30}

    assert rewritten(text, changed) == (
        "[policy] # ours\nwarn_at_percent = 80 # three quarters\n\n"
        "[[targets]]\nwithin = { hours = 2, minutes = 30 } # an hour\n",
        True,
    )


def test_what_no_line_can_say_is_written_anew_and_says_that_comments_are_lost():
    text = '[policy]\nslug = "a" # ours\n'

    assert rewritten(text, {"policy": {"slug": "a", "more": 1}}) == (
        '[policy]\nslug = "a"\nmore = 1\n',
        False,
    )


def test_a_hash_within_a_text_is_not_taken_for_a_comment():
    text = '[policy]\ntitle = "Line #1" # ours\n'

    assert rewritten(text, {"policy": {"title": 'Line "#2"'}}) == (
        '[policy]\ntitle = "Line \\"#2\\"" # ours\n',
        True,
    )


@pytest.mark.django_db
@pytest.mark.usefixtures("nothing_published")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize("start", ["", "\ufeff"], ids=["plain", "byte order mark"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_a_loaded_file_is_kept_byte_for_byte_and_loading_it_again_does_nothing(path, start, end):
    content = (start + path.read_text("utf-8").replace("\n", end)).encode()

    first = load_policy(text=text_in(content, name="a.toml"), name="a.toml", at=LOADED_AT)
    kept = PolicyVersion.objects.get().source
    again = load_policy(text=kept, name="a.toml", at=LOADED_AT)

    assert kept.encode() == content
    assert (first.created, again.created) == (True, False)
    assert again.version == first.version
