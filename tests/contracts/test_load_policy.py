"""Loading a policy file writes all of its terms, once, or nothing."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.db import IntegrityError, connection

from apps.contracts import services
from apps.contracts.freeze import Guard
from apps.contracts.models import (
    CalendarRevision,
    Clause,
    Fee,
    Holiday,
    Policy,
    PolicyVersion,
    Reason,
    Rule,
    Target,
    User,
    Window,
)
from apps.contracts.policy_file import PolicyFileInvalid
from tests.contracts.minimal import TEXT, edited

NOON = datetime(2025, 8, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=1)
PRESETS = sorted((Path(__file__).parents[2] / "policies").glob("*.toml"))
DEARER = edited(('"210.50"', '"210.60"'))

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_published")]


def load(text=TEXT, at=NOON):
    return services.load_policy(text=text, name="x.toml", at=at)


def counts():
    models = apps.get_app_config("contracts").get_models()
    rows = {model._meta.object_name: model.objects.count() for model in models}
    return {name: number for name, number in rows.items() if number}


def test_a_file_becomes_a_draft():
    loaded = load()

    version = loaded.version
    assert loaded.created
    assert (version.number, version.state, version.loaded_at) == (1, "DRAFT", NOON)
    assert (version.published_at, version.published_by) == (None, None)
    assert (version.policy.slug, version.policy.provider, version.policy.title) == (
        "wattle-care-2025",
        "Wattle Voice",
        "Wattle care",
    )
    assert (version.dated_on, version.time_zone, version.currency, version.language) == (
        date(2025, 7, 1),
        "Australia/Adelaide",
        "AUD",
        "en",
    )
    assert (version.support_address, version.standard_calendar, version.warn_at_percent) == (
        "care@wattle.example.com",
        "desk",
        80,
    )
    assert version.source == TEXT


def test_a_draft_does_not_rename_what_is_published():
    signed = load().version
    services.publish(version=signed, by=None, at=NOON)
    draft = load(edited(('title = "Wattle care"', 'title = "Wattle care, anew"'))).version

    names = [str(PolicyVersion.objects.get(pk=each.pk)) for each in (signed, draft)]
    assert (names, signed.policy.title) == (
        ["Wattle care v1", "Wattle care, anew v2"],
        "Wattle care",
    )

    services.publish(version=draft, by=None, at=NOON)
    assert Policy.objects.get().title == "Wattle care, anew"
    assert str(PolicyVersion.objects.get(pk=signed.pk)) == "Wattle care v1"


def test_every_row_is_there():
    load()

    assert counts() == {
        "Policy": 1, "PolicyVersion": 1, "Clause": 6, "Calendar": 2, "CalendarRevision": 2,
        "Window": 11, "Holiday": Holiday.objects.count(), "Severity": 2, "Plan": 2, "Target": 10,
        "Fee": 2, "Rule": 10, "Reason": 4,
    }  # fmt: skip


def test_clauses_keep_the_order_of_the_file():
    load()

    assert list(Clause.objects.values_list("position", "ref")) == [
        (1, "W-1"),
        (2, "W-2"),
        (3, "W-3"),
        (4, "W-4"),
        (5, "W-5"),
        (6, "R-1"),
    ]


def test_a_target_is_a_row_for_each_plan_and_severity():
    load()

    rows = Target.objects.filter(severity__key="down").order_by("pk")
    assert list(
        rows.values_list(
            "plan__key", "kind", "channel", "arrival", "duration", "calendar__key", "reading__ref"
        )
    ) == [
        ("care", "RESPONSE", "", "", timedelta(minutes=20), "always", "R-1"),
        ("care-plus", "RESPONSE", "", "", timedelta(minutes=20), "always", "R-1"),
        ("care", "RESPONSE", "PHONE", "INSIDE", timedelta(minutes=5), "desk", None),
        ("care-plus", "RESPONSE", "PHONE", "INSIDE", timedelta(minutes=5), "desk", None),
        ("care", "RESOLUTION", "", "", None, None, None),
        ("care-plus", "RESOLUTION", "", "", None, None, None),
    ]


def test_plans_and_severities_carry_their_terms():
    version = load().version

    assert list(version.plans.values_list("key", "tam_minutes_per_month", "features")) == [
        ("care", 0, {"callbacks": True, "languages": "English only"}),
        ("care-plus", 180, {}),
    ]
    assert list(
        version.severities.values_list("key", "rank", "is_incident", "is_default", "examples")
    ) == [
        ("down", 1, True, False, ["No dial tone anywhere."]),
        ("question", 2, False, True, []),
    ]


def test_money_is_kept_as_text_with_its_cents():
    load()

    assert dict(Fee.objects.values_list("key", "terms")) == {
        "callout": {
            "hourly_amount": "210.50",
            "minimum_minutes": 120,
            "increment_minutes": 15,
            "outside_calendar": "desk",
            "after_fault_finding": False,
            "counts": ["support", "engineering"],
        },
        "number-plan": {
            "tiers": [
                {"from_minutes": 0, "to_minutes": 9, "amount": "0.00"},
                {"from_minutes": 10, "to_minutes": 30, "amount": "45.00"},
            ],
            "over_last_tier": "quote",
            "over_last_tier_reading": "",
            "counts": ["support", "engineering"],
        },
    }


def test_a_rule_keeps_its_settings_and_an_unstated_one_has_no_row():
    load()

    assert Rule.objects.get(key="closure_confirmation").terms == {
        "within": {"hours": 72, "minutes": 0},
        "calendar": "always",
        "on_silence": "close",
        "also": [],
    }
    assert not Rule.objects.filter(key="installs").exists()


def test_reasons_keep_their_order_within_their_kind():
    load()

    assert list(Reason.objects.order_by("pk").values_list("kind", "position", "key", "terms")) == [
        ("CLOSING", 1, "solved", {"excluded": False}),
        ("CLOSING", 2, "not-ours", {"excluded": True}),
        (
            "SEVERITY_CHANGE",
            1,
            "no-answer",
            {"lowers_only": True, "misclassified": False, "upholds_dispute": False},
        ),
        ("CATEGORY", 1, "training", {"service_related": False, "fee": "callout"}),
    ]


def test_windows_are_a_row_for_each_day():
    load()

    saturday = Window.objects.filter(weekday=5).values_list("opens", "closes")
    monday = Window.objects.filter(weekday=0).values_list("opens", "closes")
    assert list(saturday) == [(time(22), time(2))]
    assert list(monday) == [(time(7, 30), time(12)), (time(12, 45), time(17, 15))]


def test_public_holidays_become_days_and_an_own_one_takes_the_place_of_a_public_one():
    load()

    december = Holiday.objects.filter(on__year=2025, on__month=12)
    assert list(december.values_list("on", "name", "opens", "is_own")) == [
        (date(2025, 12, 24), "Christmas Eve", time(7, 30), True),
        (date(2025, 12, 25), "Christmas, our way", None, True),
        (date(2025, 12, 26), "Proclamation Day", None, False),
    ]
    years = Holiday.objects.filter(is_own=False).dates("on", "year")
    assert [day.year for day in years] == [2025, 2026]


def test_the_same_file_twice_is_one_version():
    first = load()
    before = counts()

    second = load(at=LATER)

    assert (second.version, second.created) == (first.version, False)
    assert second.version.loaded_at == NOON
    assert counts() == before


@pytest.mark.parametrize(
    "text",
    [
        "# a comment\n" + TEXT.replace(" = ", "   =   "),
        edited(('slug = "wattle-care-2025"\n', ""), ("[policy]", '[policy]\nwarn_at_percent = 80\n'
               'slug = "wattle-care-2025"'), ("warn_at_percent = 80\n\n", "\n")),
        edited(('opens = "07:30"', "opens = 07:30:00")),
        edited(('amount = "45"', 'amount = "45.00"')),
        edited(("within = { hours = 6 }", "within = { minutes = 0, hours = 6 }")),
        edited(("incident = true", "incident = true\ndefault = false")),
    ],
    ids=["layout", "order of keys", "time", "cents", "length of time", "default"],
)  # fmt: skip
def test_the_same_terms_in_another_dress_are_one_version(text):
    first = load()

    assert text != TEXT
    assert load(text) == services.Loaded(version=first.version, created=False)


def test_a_changed_figure_is_a_new_draft():
    first = load()
    services.publish(version=first.version, by=None, at=NOON)

    second = load(DEARER, at=LATER)

    assert (second.version.number, second.version.state, second.created) == (2, "DRAFT", True)
    assert second.version.policy == first.version.policy
    first.version.refresh_from_db()
    assert first.version.state == "PUBLISHED"


def test_an_invalid_file_writes_nothing():
    before = counts()

    with pytest.raises(PolicyFileInvalid):
        load(edited(("from_days = 46", "from_days = 1")))

    assert counts() == before


def test_a_failure_in_the_middle_leaves_nothing_half_loaded():
    load()
    before = counts()
    # Reasons are written last: the database refuses them when all else is there.
    full = Guard("contracts_reason", ("INSERT",), "the disk is full")
    with connection.cursor() as cursor:
        for statement in full.drop(connection.vendor) + full.create(connection.vendor):
            cursor.execute(statement)

    with pytest.raises(IntegrityError, match="the disk is full"):
        load(edited(('title = "Wattle care"', 'title = "Wattle care, improved"')))

    assert counts() == before
    assert str(Policy.objects.get()) == "Wattle care"


def test_publishing_dates_the_version_and_its_calendars():
    version = load().version
    chief = User.objects.create(username="chief")

    services.publish(version=version, by=chief, at=LATER)

    assert (version.state, version.published_at, version.published_by) == (
        "PUBLISHED",
        LATER,
        chief,
    )
    assert list(CalendarRevision.objects.values_list("published_at", flat=True)) == [LATER, LATER]


def test_publishing_twice_is_refused_and_keeps_the_first_date():
    version = load().version
    stale = PolicyVersion.objects.get(pk=version.pk)
    services.publish(version=version, by=None, at=NOON)

    with pytest.raises(services.AlreadyPublished) as refused:
        services.publish(version=stale, by=None, at=LATER)

    assert str(refused.value) == "Wattle care v1 is already published."
    assert PolicyVersion.objects.get().published_at == NOON


def test_a_draft_is_discarded_with_its_terms_and_can_be_loaded_again():
    version = load().version

    services.discard_draft(version=version)

    assert counts() == {"Policy": 1}
    assert load().created


def test_a_published_version_is_not_discarded():
    version = load().version
    services.publish(version=version, by=None, at=NOON)
    before = counts()

    with pytest.raises(services.AlreadyPublished):
        services.discard_draft(version=version)

    assert counts() == before


def test_there_are_presets():
    assert [path.stem for path in PRESETS] == [
        "skyswitch-support-2017",
        "voximplant-premium-2023",
    ]


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_each_preset_loads_publishes_and_is_loaded_once(path):
    text = path.read_text(encoding="utf-8")

    version = load(text).version
    services.publish(version=version, by=None, at=NOON)

    assert (version.policy.slug, version.state) == (path.stem, "PUBLISHED")
    assert load(text) == services.Loaded(version=version, created=False)
