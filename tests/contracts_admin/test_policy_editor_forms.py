"""A policy by form: each part saved, each problem at its field, nothing typed lost."""

import html
from datetime import timedelta

import pytest
from django.urls import reverse

from apps.contracts import services
from apps.contracts.admin.policy_forms import SECTIONS
from apps.contracts.models import PolicyVersion
from apps.contracts.policy_file import document_of, read
from apps.contracts.services.policies import digest_of, mark_of
from tests.factories import HARBOUR, LOADED_AT, PRESETS, make_order

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_published")]
CAIRN = HARBOUR.with_name("cairn.toml")
FILES = [*sorted(PRESETS.glob("*.toml")), CAIRN]


def make_draft(path=CAIRN):
    text = path.read_text("utf-8")
    return services.load_policy(text=text, name=path.name, at=LOADED_AT).version


def address(draft, section):
    return reverse("admin:contracts_policyversion_form", args=[draft.pk, section])


def posted(client, draft, section, **changes):
    """Return what a browser posts when somebody changes some fields of a page as it is shown."""
    form = client.get(address(draft, section)).context["form"]
    ticks = {each.name: "on" for each in form.inputs() if each.kind == "tick" and each.value}
    values = {each.name: each.value for each in form.inputs() if each.kind != "tick"}
    seen = {"seen": mark_of(draft.source), "source": draft.source.replace("\n", "\r\n")}
    data = {**values, **ticks, **seen, **changes}
    return {name: value for name, value in data.items() if value is not None}


def save(client, draft, section, **changes):
    answer = client.post(
        address(draft, section), posted(client, draft, section, **changes), follow=True
    )
    draft.refresh_from_db()
    return answer


def file_of(draft):
    return read(draft.source, name="")


def set_aside(before, after):
    """Return the durations of before that are still there, of which one has gone."""
    left = list(before)
    for duration in before:
        if left.count(duration) > after.count(duration):
            left.remove(duration)
    return left


def told(answer):
    return [(problem.key, problem.text, name) for problem, name in answer.context["problems"]]


def notes(answer):
    return [str(note) for note in answer.context["messages"]]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize("section", SECTIONS)
def test_saving_what_is_shown_changes_no_byte(admin_client, path, section):
    draft = make_draft(path)
    before = (draft.source, draft.digest)

    save(admin_client, draft, section)

    assert (draft.source, draft.digest) == before


@pytest.mark.clause("V-4", "S-5-targets")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_changed_cell_changes_that_promise_alone(admin_client, path):
    draft = make_draft(path)
    form = admin_client.get(address(draft, "targets")).context["form"]
    cell = next(each for each in form.cells.values() if each.hours.value)
    kind = form.document["targets"][cell.cell.row]["kind"].upper()
    before = sorted(row.duration for row in draft.targets.exclude(duration=None))

    save(admin_client, draft, "targets", **{cell.hours.name: "77", cell.minutes.name: "7"})

    after = sorted(row.duration for row in draft.targets.exclude(duration=None))
    changed = draft.targets.get(
        kind=kind,
        plan__key=cell.cell.plan,
        severity__key=cell.cell.severity,
        channel="",
        arrival="",
    )
    assert changed.duration == timedelta(hours=77, minutes=7)
    assert sorted([*(set_aside(before, after)), changed.duration]) == after
    assert draft.digest == digest_of(file_of(draft))


@pytest.mark.clause("V-5", "S-5-targets")
def test_a_best_effort_needs_no_time_and_a_time_needs_hours(admin_client):
    draft = make_draft()

    save(admin_client, draft, "targets", **{"targets[3].summit.fault.best_effort": "on"})
    assert (
        draft.targets.get(kind="RESOLUTION", plan__key="summit", severity__key="fault").duration
        is None
    )

    refused = save(admin_client, draft, "targets", **{"targets[4].base.fault.best_effort": None})
    (key, text, name), *_ = told(refused)
    assert key.startswith("targets[4]")
    assert "this term is missing" in text
    assert name == "targets[4].base.fault.hours"


@pytest.mark.clause("S-4", "S-13", "S-13.1")
def test_fees_take_other_amounts_and_another_tier(admin_client):
    draft = make_draft()

    save(
        admin_client,
        draft,
        "fees",
        **{
            "fees[1].hourly_amount": "101.25",
            "fees[1].minimum_minutes": "90",
            "fees[3].tiers[3].from_minutes": "90",
            "fees[3].tiers[3].to_minutes": "200",
            "fees[3].tiers[3].amount": "140.00",
        },
    )

    work, _, moves = file_of(draft).fees
    assert (str(work.hourly_amount), work.minimum_minutes) == ("101.25", 90)
    assert [(tier.from_minutes, tier.to_minutes, str(tier.amount)) for tier in moves.tiers] == [
        (0, 14, "19.00"),
        (15, 89, "88.80"),
        (90, 200, "140.00"),
    ]


@pytest.mark.clause("V-3.4.6")
def test_a_plan_fee_takes_other_periods_and_what_is_left_out_is_shown_as_it_counts(admin_client):
    text = (PRESETS / "voximplant-premium-2023.toml").read_text("utf-8")
    text = text.replace('pro_rata = "daily"\n', "")
    draft = services.load_policy(text=text, name="premium.toml", at=LOADED_AT).version
    shown = posted(admin_client, draft, "fees")
    assert (shown["fees[1].billed"], shown["fees[1].pro_rata"]) == ("in_advance", "daily")

    save(
        admin_client,
        draft,
        "fees",
        **{"fees[1].billed": "in_arrears", "fees[1].periods": "calendar"},
    )

    plan = file_of(draft).fees[0]
    assert (plan.billed, plan.periods, plan.pro_rata) == ("in_arrears", "calendar", "daily")
    assert "pro_rata" not in document_of(draft.source, name="")["fees"][0]


@pytest.mark.clause("S-13.1")
def test_an_emptied_tier_goes_and_the_gap_that_it_leaves_is_told_at_its_field(admin_client):
    draft = make_draft()
    emptied = {f"fees[3].tiers[1].{name}": "" for name in ("from_minutes", "to_minutes", "amount")}

    refused = save(admin_client, draft, "fees", **emptied)

    assert told(refused) == [
        (
            "fees[3].tiers[1].from_minutes",
            "a gap: the minutes from 0 to 14 have no price",
            "fees[3].tiers[2].from_minutes",
        )
    ]


@pytest.mark.clause("S-12", "S-6", "V-6.6")
def test_rules_take_other_figures_and_their_comments_stay(admin_client):
    draft = make_draft()

    answer = save(
        admin_client,
        draft,
        "rules",
        **{
            "rules.delinquency.stops_clocks": None,
            "rules.closure_confirmation.within.hours": "96",
            "rules.closure_confirmation.within.minutes": "30",
            "rules.account_manager.warn_at_percent": "50, 95",
            "rules.installs.notice_business_days": "4",
        },
    )

    rules = file_of(draft).rules
    assert rules.delinquency.stops_clocks is False
    assert rules.closure_confirmation.within.duration.total_seconds() == 96.5 * 3600
    assert rules.account_manager.warn_at_percent == [50, 95]
    assert rules.installs.notice_business_days == 4
    assert draft.source.startswith("# A third provider, made up")
    assert notes(answer) == ["Cairn care, 2026 v1 is saved. It is still a draft."]


def test_a_change_that_lines_cannot_take_says_that_comments_are_lost(admin_client):
    draft = make_draft()

    answer = save(
        admin_client,
        draft,
        "rules",
        **{"rules.delinquency.rungs[1].from_days": "17", "rules.escalation.climb_after.hours": ""},
    )

    rules = file_of(draft).rules
    assert (rules.delinquency.rungs[0].from_days, rules.escalation.climb_after) == (17, None)
    assert "its comments are gone" in notes(answer)[0]


def test_what_is_no_figure_is_told_at_its_field_and_stays_there(admin_client):
    draft = make_draft()
    days = "rules.installs.notice_business_days"

    refused = save(admin_client, draft, "rules", **{days: "six"})

    assert told(refused) == [(days, "must be a whole number", days)]
    page = html.unescape(refused.content.decode())
    assert f'name="{days}" value="six"' in page
    assert '<span class="pe-problem">must be a whole number</span>' in page
    assert file_of(draft).rules.installs.notice_business_days == 6


@pytest.mark.clause("V-7.1", "V-7.3")
def test_severities_and_lists_take_other_words(admin_client):
    draft = make_draft()

    save(
        admin_client,
        draft,
        "severities",
        **{"severities[1].examples": "One site is silent.\r\n\r\nAll sites are."},
    )
    save(admin_client, draft, "reasons", **{"reasons.closing[1].label": 'Cured, "for good"'})

    file = file_of(draft)
    assert file.severities[0].examples == ["One site is silent.", "All sites are."]
    assert file.reasons.closing[0].label == 'Cured, "for good"'
    assert draft.reasons.get(key="cured").label == 'Cured, "for good"'


def test_the_policys_own_words_and_plans(admin_client):
    draft = make_draft()

    save(
        admin_client,
        draft,
        "general",
        **{"policy.dated_on": "2026-02-28", "plans[1].tam_hours_per_month": "2"},
    )

    file = file_of(draft)
    assert (str(file.policy.dated_on), file.plans[0].tam_hours_per_month) == ("2026-02-28", 2)


def test_a_form_over_a_published_version_starts_a_new_draft(admin_client):
    version = make_draft()
    services.publish(version=version, by=None, at=LOADED_AT)

    save(admin_client, version, "general", **{"policy.warn_at_percent": "80"})

    draft = PolicyVersion.objects.get(number=2)
    assert (draft.state, draft.warn_at_percent, version.warn_at_percent) == ("DRAFT", 80, 60)


def test_somebody_elses_change_is_told_and_the_second_save_is_over_it_knowingly(admin_client):
    draft = make_draft()
    mine = posted(admin_client, draft, "general", **{"policy.warn_at_percent": "81"})
    save(admin_client, draft, "fees", **{"fees[1].minimum_minutes": "30"})

    refused = admin_client.post(address(draft, "general"), mine)

    assert refused.context["refusal"] == (
        "Somebody else has changed Cairn care, 2026 v1 since you opened it."
    )
    assert 'value="81"' in refused.content.decode()
    draft.refresh_from_db()
    assert (file_of(draft).fees[0].minimum_minutes, draft.warn_at_percent) == (30, 60)
    admin_client.post(address(draft, "general"), {**mine, "seen": refused.context["seen"]})
    draft.refresh_from_db()
    assert (file_of(draft).fees[0].minimum_minutes, draft.warn_at_percent) == (120, 81)


def test_a_draft_that_an_order_names_is_refused_in_words(admin_client):
    draft = make_draft()
    order = make_order(version=draft)

    refused = save(admin_client, draft, "general", **{"policy.warn_at_percent": "81"})

    assert refused.context["refusal"] == (
        f"Cairn care, 2026 v1 is used by order {order}. Choose another version there first."
    )


def test_a_page_that_carries_a_broken_text_uses_the_versions_own(admin_client):
    draft = make_draft()

    answer = save(admin_client, draft, "general", seen="other", source="no policy")

    assert document_of(draft.source, name="") == answer.context["form"].document


def test_a_part_that_does_not_exist_is_not_found(admin_client):
    assert admin_client.get(address(make_draft(), "moon")).status_code == 404
