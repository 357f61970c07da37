"""Publishing a draft from its page: asked for, confirmed, done once, refused to others."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from apps.contracts import services
from apps.contracts.models import PolicyVersion
from apps.contracts.services.policies import replace_draft
from tests.factories import HARBOUR, LOADED_AT, make_policy, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_published")]


def make_draft() -> PolicyVersion:
    text = HARBOUR.read_text("utf-8")
    return services.load_policy(text=text, name="harbour.toml", at=LOADED_AT).version


def address(page: str, version: PolicyVersion) -> str:
    return reverse(f"admin:contracts_policyversion_{page}", args=[version.pk])


def test_a_draft_offers_to_be_published_and_says_what_that_means(admin_client):
    draft = make_draft()

    assert "Publish …" in admin_client.get(address("change", draft)).content.decode()
    asked = admin_client.get(address("publish", draft)).content.decode()

    assert "the database refuses any change" in asked
    draft.refresh_from_db()
    assert draft.state == "DRAFT"


def test_the_answer_publishes_it_in_the_name_of_who_gave_it(admin_client, admin_user):
    draft = make_draft()

    seen = admin_client.get(address("publish", draft)).context["seen"]
    answer = admin_client.post(address("publish", draft), {"seen": seen}, follow=True)

    draft.refresh_from_db()
    assert (draft.state, draft.published_by) == ("PUBLISHED", admin_user)
    page = answer.content.decode()
    assert "Its terms are frozen." in page
    assert "Publish …" not in page


def test_who_comes_second_is_told_so(admin_client):
    version = make_policy()

    answer = admin_client.post(address("publish", version), follow=True)

    assert [str(note) for note in answer.context["messages"]] == [
        f"{version} is already published."
    ]


def test_a_draft_that_was_edited_after_the_look_is_not_published(admin_client):
    draft = make_draft()
    seen = admin_client.get(address("publish", draft)).context["seen"]
    text = f"{draft.source}# looked at again\n"
    replace_draft(version=draft, text=text, name="policy.toml", seen=seen, at=draft.loaded_at)

    answer = admin_client.post(address("publish", draft), {"seen": seen}, follow=True)

    draft.refresh_from_db()
    assert draft.state == "DRAFT"
    assert [str(note) for note in answer.context["messages"]] == [
        f"Somebody else has changed {draft} since you opened it."
    ]


def test_who_may_only_look_can_neither_ask_nor_answer(client):
    draft = make_draft()
    agent = make_staff()
    agent.groups.add(Group.objects.get(name="Support agents"))
    client.force_login(agent)

    answers = [client.get(address("publish", draft)), client.post(address("publish", draft))]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert "Publish …" not in client.get(address("change", draft)).content.decode()
    draft.refresh_from_db()
    assert draft.state == "DRAFT"


def test_a_version_that_is_gone_leads_back_to_the_list(admin_client):
    answer = admin_client.get(reverse("admin:contracts_policyversion_publish", args=[99]))

    assert (answer.status_code, answer["Location"]) == (302, reverse("admin:index"))
