"""A draft's terms are replaced as a whole: all or nothing, and not over somebody else's change."""

from datetime import timedelta

import pytest

from apps.contracts.models import Clause, PolicyVersion, Target, Window
from apps.contracts.policy_file import PolicyFileInvalid
from apps.contracts.services.policies import (
    AlreadyPublished,
    ChangedMeanwhile,
    DraftGone,
    DraftInUse,
    discard_draft,
    load_policy,
    mark_of,
    publish,
    replace_draft,
)
from tests.factories import HARBOUR, LOADED_AT, make_order, make_policy

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_published")]
TEXT = HARBOUR.read_text("utf-8")
LATER = LOADED_AT + timedelta(hours=1)


def make_draft(text=TEXT):
    return load_policy(text=text, name="harbour.toml", at=LOADED_AT).version


def replace(draft, text, *, seen=None):
    return replace_draft(
        version=draft, text=text, name="new.toml", seen=seen or mark_of(draft.source), at=LATER
    )


def slowest(version):
    return max(target.duration for target in version.targets.exclude(duration=None))


@pytest.mark.clause("V-4", "S-5-targets")
def test_a_draft_takes_other_terms_and_keeps_its_number():
    draft = make_draft()

    replace(draft, TEXT.replace("hours = 48", "hours = 50"))

    draft.refresh_from_db()
    assert (draft.number, draft.state, draft.loaded_at) == (1, "DRAFT", LATER)
    assert slowest(draft) == timedelta(hours=50)
    assert (Target.objects.count(), Clause.objects.count(), Window.objects.count()) == (8, 9, 5)


def test_a_replaced_draft_is_what_loading_its_file_would_make():
    draft = make_draft()
    text = TEXT.replace("hours = 48", "hours = 50")

    replace(draft, text)

    again = load_policy(text=text, name="again.toml", at=LATER)
    assert (again.created, again.version.pk) == (False, draft.pk)


def test_comments_alone_change_the_file_and_leave_the_rows():
    draft = make_draft()
    rows = set(Target.objects.values_list("pk", flat=True))

    replace(draft, f"# A word more.\n{TEXT}")

    draft.refresh_from_db()
    assert draft.source == f"# A word more.\n{TEXT}"
    assert set(Target.objects.values_list("pk", flat=True)) == rows


def test_a_draft_has_its_own_name_and_leaves_the_policy_its():
    draft = make_draft()

    replace(draft, TEXT.replace('title = "Harbour support"', 'title = "Harbour"'))

    draft.refresh_from_db()
    assert (draft.title, draft.policy.title) == ("Harbour", "Harbour support")


def test_a_wrong_file_replaces_nothing():
    draft = make_draft()

    with pytest.raises(PolicyFileInvalid):
        replace(draft, TEXT.replace("hours = 48", "hours = 0"))

    draft.refresh_from_db()
    assert (draft.source, slowest(draft)) == (TEXT, timedelta(hours=48))


def test_a_change_over_somebody_elses_is_refused():
    draft = make_draft()
    seen = mark_of(draft.source)
    theirs = TEXT.replace("hours = 48", "hours = 50")
    replace(draft, theirs)

    with pytest.raises(ChangedMeanwhile) as refused:
        replace(draft, TEXT.replace("hours = 48", "hours = 60"), seen=seen)

    assert str(refused.value) == "Somebody else has changed Harbour support v1 since you opened it."
    draft.refresh_from_db()
    assert draft.source == theirs


def test_a_draft_stays_with_its_policy():
    draft = make_draft()

    with pytest.raises(PolicyFileInvalid) as refused:
        replace(draft, TEXT.replace('"harbour-support"', '"pier-support"'))

    assert str(refused.value) == (
        'new.toml: policy.slug: a draft stays with its policy, "harbour-support": load this file '
        "as one of its own"
    )


def test_two_versions_never_hold_the_same_terms():
    make_policy()
    draft = make_draft(TEXT.replace("hours = 48", "hours = 50"))

    with pytest.raises(PolicyFileInvalid) as refused:
        replace(draft, TEXT)

    assert str(refused.value) == "new.toml: Harbour support v1 holds the same terms already"


def test_a_published_version_is_not_replaced():
    draft = make_draft()
    publish(version=draft, by=None, at=LATER)

    with pytest.raises(AlreadyPublished):
        replace(draft, TEXT.replace("hours = 48", "hours = 50"))

    assert slowest(draft) == timedelta(hours=48)


@pytest.mark.clause("V-2-order")
def test_a_draft_that_an_order_names_is_neither_replaced_nor_discarded():
    draft = make_draft()
    order = make_order(version=draft)
    words = f"Harbour support v1 is used by order {order}. Choose another version there first."

    with pytest.raises(DraftInUse) as not_replaced:
        replace(draft, TEXT.replace("hours = 48", "hours = 50"))
    with pytest.raises(DraftInUse) as not_discarded:
        discard_draft(version=draft)

    assert (str(not_replaced.value), str(not_discarded.value)) == (words, words)
    assert slowest(draft) == timedelta(hours=48)


def test_a_draft_that_is_gone_is_neither_replaced_nor_discarded_again():
    draft = make_draft()
    discard_draft(version=PolicyVersion.objects.get())

    with pytest.raises(DraftGone) as not_discarded:
        discard_draft(version=draft)
    with pytest.raises(DraftGone):
        replace(draft, TEXT)

    assert str(not_discarded.value) == "Harbour support v1 was discarded."
