"""`manage.py load_policy` and `manage.py publish`, as a person types them."""

from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from apps.contracts.models import Policy, PolicyVersion, User
from tests.contracts.minimal import FILE, edited

NOON = "2025-08-01T12:00:00+00:00"

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_published")]


def said(capsys, *words):
    call_command(*words)
    return capsys.readouterr().out.splitlines()


def refused(*words):
    with pytest.raises(CommandError) as refusal:
        call_command(*words)
    return str(refusal.value)


def test_a_file_is_loaded_as_a_draft(capsys):
    assert said(capsys, "load_policy", str(FILE), "--at", NOON) == [
        f"Loaded {FILE} as Wattle care v1, a draft.",
        "Publish it with: manage.py publish wattle-care-2025 1",
    ]
    version = PolicyVersion.objects.get()
    assert (version.state, version.loaded_at) == ("DRAFT", datetime(2025, 8, 1, 12, tzinfo=UTC))


def test_a_file_is_loaded_and_published_at_once(capsys):
    assert said(capsys, "load_policy", str(FILE), "--publish", "--at", NOON) == [
        f"Loaded {FILE} as Wattle care v1, a draft.",
        "Published Wattle care v1. Its terms are frozen.",
    ]
    assert PolicyVersion.objects.get().published_at == datetime(2025, 8, 1, 12, tzinfo=UTC)


def test_the_same_file_again_writes_nothing(capsys):
    said(capsys, "load_policy", str(FILE), "--publish")

    assert said(capsys, "load_policy", str(FILE), "--publish") == [
        "Wattle care v1 holds these terms already; nothing was written.",
    ]


def test_a_wrong_file_says_all_that_is_wrong_and_loads_nothing(tmp_path):
    path = tmp_path / "wrong.toml"
    path.write_text(edited(("rank = 2", "rank = 3"), ("from_minutes = 10", "from_minutes = 9")))

    assert refused("load_policy", str(path)).splitlines() == [
        f"nothing was loaded from {path}:",
        f"  {path}: severities: ranks run 1, 2, 3 … without a gap; missing: 2",
        f"  {path}: fees[2].tiers[2].from_minutes (W-4): an overlap: minute 9 is in an earlier "
        "tier, which ends at 9",
    ]
    assert Policy.objects.count() == 0


def test_a_file_that_is_not_there_is_told_without_a_traceback(tmp_path):
    path = tmp_path / "none.toml"

    assert refused("load_policy", str(path)).splitlines() == [
        f"nothing was loaded from {path}:",
        f"  {path}: cannot be read: No such file or directory",
    ]


@pytest.mark.parametrize("at", ["2025-08-01T12:00:00", "noon"])
def test_an_instant_without_an_offset_is_none(at):
    assert refused("load_policy", str(FILE), "--at", at) == (
        f"Error: argument --at: {at} is not an instant such as 2024-03-01T09:00:00+00:00"
    )


def test_publish_takes_the_newest_draft(capsys, tmp_path):
    User.objects.create(username="chief")
    said(capsys, "load_policy", str(FILE))

    assert said(capsys, "publish", "wattle-care-2025", "--by", "chief", "--at", NOON) == [
        "Published Wattle care v1. Its terms are frozen."
    ]
    assert PolicyVersion.objects.get().published_by.username == "chief"


def test_publish_takes_the_version_that_is_named(capsys, tmp_path):
    other = tmp_path / "other.toml"
    other.write_text(edited(('"210.50"', '"210.60"')))
    said(capsys, "load_policy", str(FILE))
    said(capsys, "load_policy", str(other))

    said(capsys, "publish", "wattle-care-2025", "1")

    states = PolicyVersion.objects.order_by("number").values_list("state", flat=True)
    assert list(states) == ["PUBLISHED", "DRAFT"]


def test_publish_says_what_is_not_there(capsys):
    assert refused("publish", "wattle-care-2025") == (
        'There is no policy "wattle-care-2025". Load one with manage.py load_policy.'
    )

    said(capsys, "load_policy", str(FILE), "--publish")

    assert refused("publish", "wattle-care-2025") == (
        '"wattle-care-2025" has no draft. Load one with manage.py load_policy.'
    )
    assert refused("publish", "wattle-care-2025", "7") == '"wattle-care-2025" has no version 7.'
    assert refused("publish", "wattle-care-2025", "1") == "Wattle care v1 is already published."
    assert refused("publish", "wattle-care-2025", "1", "--by", "nobody") == (
        'There is no user "nobody".'
    )
