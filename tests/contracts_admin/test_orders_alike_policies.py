"""Two policies that bear the same title are told apart by their keys, where it matters."""

import pytest
from django.urls import reverse

from apps.contracts.models import Order, Plan, PolicyVersion
from apps.contracts.queries.names import name_of, names_of
from tests.contracts.presets import S, V
from tests.contracts_admin.forms import order_form
from tests.factories import make_policy

pytestmark = pytest.mark.django_db
SLUG = 'slug = "harbour-support"'
ADD = reverse("admin:contracts_order_add")


@pytest.fixture
def alike() -> list[PolicyVersion]:
    found = [make_policy(), make_policy(changes={SLUG: SLUG.replace("harbour", "north")})]
    assert found[0].title == found[1].title
    return found


def test_only_titles_that_collide_are_told_with_the_key(alike, presets):
    alone = presets[V.policy.slug]

    names = names_of([*alike, alone])

    told = [f"{version} ({version.policy.slug})" for version in alike]
    assert [names[version.pk] for version in [*alike, alone]] == [*told, str(alone)]
    assert [name_of(version) for version in [*alike, alone]] == [*told, str(alone)]
    assert alone.policy.slug != S.policy.slug


def test_choices_and_refusals_say_which_policy_is_meant(admin_client, alike):
    first, second = alike
    plan = Plan.objects.filter(version=second).order_by("pk")[0]
    labels = [
        label
        for value, label in admin_client.get(ADD).context["adminform"].form.fields["plan"].choices
        if value and value.value == plan.pk
    ]

    answer = admin_client.post(ADD, order_form(None, version=first.pk, plan=plan.pk, account=""))

    assert labels == [f"{plan} · {second} (north-support)"]
    (told,) = answer.context["adminform"].form.errors["plan"]
    assert told.startswith(f"{first} ({first.policy.slug}) has no plan “{plan}” of its own.")
    assert not Order.objects.exists()


def test_the_comparison_says_which_policy_is_meant(admin_client, alike):
    first, second = alike
    url = reverse("admin:contracts_policyversion_compare", args=[second.pk])

    answer = admin_client.get(url, {"with": first.pk})

    assert answer.context["title"] == f"Compare {second} (north-support)"
    assert f"{first} ({first.policy.slug}) (published)" in answer.content.decode()
