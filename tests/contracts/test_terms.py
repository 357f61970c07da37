"""The terms of a policy version, as the clocks take them."""

from datetime import timedelta

import pytest

from apps.contracts.queries import terms, terms_of
from apps.contracts.queries.terms import _published
from apps.contracts.services import load_policy, publish
from tests.factories import HARBOUR, LOADED_AT, make_policy, make_preset

pytestmark = pytest.mark.django_db


def of(version):
    return terms(version_id=version.pk, plan_id=version.plans.get().pk)


def warning_of(version):
    return of(version).warn_at_percent


@pytest.mark.clause("V-4", "S-5-targets", "R-14")
def test_terms_are_what_the_file_says():
    found = of(make_policy())

    assert [*found.severities] == ["1", "2", "3", "4"]
    promises = {
        (target.kind, target.severity): (target.duration, target.calendar, target.clause)
        for target in found.targets
    }
    assert len(promises) == len(found.targets) == 8
    assert promises["RESPONSE", "1"] == (timedelta(hours=1), "Around the clock", "H-3")
    assert promises["RESOLUTION", "1"] == (None, "", "H-3")
    assert promises["RESOLUTION", "3"] == (timedelta(hours=8), "Standard hours", "H-3")
    assert (found.rules["severity_change"].clause, found.rules["severity_change"].reading) == (
        "H-6",
        "R-14",
    )
    assert (found.warn_at_percent, found.time_zone) == (75, "America/New_York")


def test_published_terms_are_read_once(django_assert_num_queries):
    version = make_policy()
    plan = version.plans.get().pk
    terms(version_id=version.pk, plan_id=plan)

    with django_assert_num_queries(0):
        terms(version_id=version.pk, plan_id=plan)


def test_the_terms_of_many_plans_are_those_of_each_and_take_two_queries_together(
    django_assert_num_queries,
):
    versions = [make_policy(), make_preset(slug="voximplant-premium-2023")]
    pairs = [(version.pk, plan.pk) for version in versions for plan in version.plans.all()]
    each = {pair: terms(version_id=pair[0], plan_id=pair[1]) for pair in pairs}
    _published.cache_clear()

    with django_assert_num_queries(2):
        found = terms_of(pairs)

    assert len(pairs) > 2
    assert found == each


@pytest.mark.usefixtures("nothing_published")
def test_a_drafts_terms_are_read_each_time_until_it_is_published():
    version = load_policy(text=HARBOUR.read_text(), name="h.toml", at=LOADED_AT).version
    assert warning_of(version) == 75
    type(version).objects.filter(pk=version.pk).update(warn_at_percent=50)
    assert warning_of(version) == 50

    publish(version=version, by=None, at=LOADED_AT)

    assert warning_of(version) == 50
