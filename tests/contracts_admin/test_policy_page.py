"""The page of a policy version: every term of both presets can be read there, with its clause."""

import re
from html import unescape

import pytest
from django.urls import reverse

from apps.contracts.models import PolicyVersion
from tests.contracts.presets import S, V
from tests.factories import make_policy, make_preset

pytestmark = pytest.mark.django_db
PRESETS = pytest.mark.parametrize("file", [V, S], ids=["premium", "wholesale"])


def words_of(browser, version) -> str:
    """Return the page's words, with single spaces and no markup."""
    url = reverse("admin:contracts_policyversion_change", args=[version.pk])
    page = browser.get(url).content.decode()
    page = re.sub(r"<(script|style).*?</\1>", " ", page, flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


@PRESETS
def test_every_clause_is_there_with_title_and_summary(admin_client, presets, file):
    page = words_of(admin_client, presets[file.policy.slug])

    missing = [
        text
        for clause in file.clauses
        for text in (clause.ref, clause.title, clause.summary)
        if text not in page
    ]
    assert missing == []


@PRESETS
def test_every_severity_plan_and_list_entry_is_there(admin_client, presets, file):
    page = words_of(admin_client, presets[file.policy.slug])

    texts = [text for row in file.severities for text in (row.label, row.criteria, *row.examples)]
    texts += [plan.title for plan in file.plans]
    texts += [reason.label for reasons in file.reasons.kinds().values() for reason in reasons]
    texts += [calendar.title for calendar in file.calendars]
    texts += [fee.title for fee in file.fees]
    assert [text for text in texts if text not in page] == []


@PRESETS
def test_every_time_to_respond_and_resolve_is_in_the_matrix(admin_client, presets, file):
    version = presets[file.policy.slug]
    response = admin_client.get(reverse("admin:contracts_policyversion_change", args=[version.pk]))

    shown = {
        (kind, row.severity.key, target.plan_id, time)
        for kind, rows in response.context["targets"]
        for row in rows
        for cell in row.cells
        for target, time, _ in cell
    }

    plans = {plan.key: plan.pk for plan in version.plans.all()}
    stated = {
        (
            row.kind.capitalize(),
            severity,
            plans[plan],
            f"{row.within.hours} h" if row.within else "best effort",
        )
        for row in file.targets
        for plan in row.plans
        for severity in row.severities
    }
    assert shown == stated


@pytest.mark.parametrize(
    "words",
    [
        "125.00 USD an hour, at least 60 min, then by 1 min",
        "Only for minutes outside of “Standard hours”",
        "Only once the fault was found not to be the provider's",
        "125.00 USD an hour, by 30 min",
        "0 to 4 min: 0.00 USD",
        "5 to 15 min: 25.00 USD",
        "16 to 40 min: 50.00 USD",
        "41 to 60 min: 75.00 USD",
        "Above: waits for a quote (R-9)",
        "Costs nothing",
    ],
)
def test_fees_are_in_words(admin_client, presets, words):
    assert words in words_of(admin_client, presets[S.policy.slug])


@pytest.mark.parametrize(
    ("preset", "words"),
    [
        (S, "Priority 1, Priority 2 Priority 3 at once"),
        (S, "Priority 3 Priority 4 24 h"),
        (S, "Closes after 48 h"),
        (S, "Priority 1 24 h Priority 2 96 h"),
        (S, "More than days Standing Clause 21 support is suspended S-12 30 the dashboard"),
        (S, "Booked ahead, business days 3"),
        (S, "Support manager support-manager@example.com +1 555 0101"),
        (S, "Monday 08:00 to 20:00"),
        (S, "Saturday closed"),
        (V, "Within 48 h"),
        (V, "When nobody answers, the ticket is closed"),
        (V, "When the client is late, the severity is proposed to be lowered by one"),
        (V, "Notice, days 5"),
        (V, "Warnings, % of the hours used 80, 100"),
        (V, "Silver in the business hours that the order names"),
        (V, "Platinum at all hours"),
        (V, "TAM hours a month 80"),
        (V, "Every day 24 hours"),
        (V, "75 % of a deadline's time"),
    ],
)
def test_rules_hours_and_plans_are_in_words(admin_client, presets, preset, words):
    assert words in words_of(admin_client, presets[preset.policy.slug])


@PRESETS
def test_no_setting_is_shown_as_it_is_stored(admin_client, presets, file):
    version = presets[file.policy.slug]
    response = admin_client.get(reverse("admin:contracts_policyversion_change", args=[version.pk]))

    shown = [
        text
        for _, settings in response.context["rules"]
        for setting in settings
        for text in (setting.label, setting.text, *(cell for row in setting.rows for cell in row))
    ]
    assert [text for text in shown if "_" in text or "{" in text or text in ("None", "True")] == []


@PRESETS
def test_every_chip_leads_to_its_clause_on_the_page(admin_client, presets, file):
    version = presets[file.policy.slug]
    url = reverse("admin:contracts_policyversion_change", args=[version.pk])
    page = admin_client.get(url).content.decode()

    chips = set(re.findall(r'href="#clause-([^"]+)"', page))
    anchors = set(re.findall(r'id="clause-([^"]+)"', page))
    assert anchors == {clause.ref for clause in file.clauses}
    assert chips <= anchors


def test_the_page_takes_as_many_queries_for_any_policy(
    admin_client, presets, django_assert_max_num_queries
):
    version = presets[S.policy.slug]

    with django_assert_max_num_queries(45):
        admin_client.get(reverse("admin:contracts_policyversion_change", args=[version.pk]))


def test_markup_in_a_policy_is_text(admin_client):
    version = make_policy(changes={'title = "Harbour': 'title = "<b>Harbour'})

    page = admin_client.get(
        reverse("admin:contracts_policyversion_change", args=[version.pk])
    ).content.decode()

    assert "&lt;b&gt;Harbour" in page
    assert "<b>Harbour" not in page


def test_the_file_can_be_taken_away_as_it_was_loaded(admin_client, presets):
    version = presets[V.policy.slug]

    answer = admin_client.get(reverse("admin:contracts_policyversion_source", args=[version.pk]))

    assert answer.content.decode() == PolicyVersion.objects.get(pk=version.pk).source
    assert answer["Content-Disposition"] == (
        'attachment; filename="voximplant-premium-2023-v1.toml"'
    )
    assert answer["Content-Type"] == "application/octet-stream"


@pytest.mark.usefixtures("nothing_published")
def test_the_list_shows_every_version(admin_client):
    for file in (V, S):
        make_preset(slug=file.policy.slug)

    answer = admin_client.get(reverse("admin:contracts_policyversion_changelist"))

    assert [version.policy.title for version in answer.context["cl"].result_list] == [
        V.policy.title,
        S.policy.title,
    ]


def test_the_hours_of_a_calendar_can_be_read(admin_client, presets):
    version = presets[S.policy.slug]
    revision = version.calendars.get(key="standard").revisions.get()

    page = admin_client.get(
        reverse("admin:contracts_calendarrevision_change", args=[revision.pk])
    ).content.decode()

    assert "Thanksgiving" in page
    assert "America/New_York" in page
