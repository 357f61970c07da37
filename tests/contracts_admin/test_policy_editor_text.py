"""A policy as text in the admin: uploaded, checked, loaded, edited; nothing typed is lost."""

import html

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.contracts import services
from apps.contracts.models import PolicyVersion
from apps.contracts.services.policies import mark_of
from tests.factories import HARBOUR, LOADED_AT, make_policy, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_published")]
TEXT = HARBOUR.read_text("utf-8")
LOAD = reverse("admin:contracts_policyversion_load")
WRONG = TEXT.replace('plans = ["berth"]', 'plans = ["birth"]', 1)


def make_draft(text=TEXT):
    return services.load_policy(text=text, name="harbour.toml", at=LOADED_AT).version


def address(page, version):
    return reverse(f"admin:contracts_policyversion_{page}", args=[version.pk])


def upload(content, name="harbour.toml"):
    return SimpleUploadedFile(name, content, content_type="application/toml")


def shown(answer):
    return html.unescape(answer.content.decode())


def typed(version, text, **more):
    return {"text": text, "seen": mark_of(version.source), "act": "save", **more}


def notes(answer):
    return [str(note) for note in answer.context["messages"]]


@pytest.mark.clause("V-2-order")
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_an_uploaded_file_becomes_a_draft_and_comes_back_byte_for_byte(admin_client, end):
    content = TEXT.replace("\n", end).encode()

    answer = admin_client.post(LOAD, {"file": upload(content), "act": "save"}, follow=True)

    draft = PolicyVersion.objects.get()
    assert notes(answer) == ["Harbour support v1 is a new draft."]
    assert admin_client.get(address("source", draft)).content == content


def test_the_exported_file_loaded_again_changes_nothing(admin_client):
    version = make_policy()
    exported = admin_client.get(address("source", version)).content

    answer = admin_client.post(LOAD, {"file": upload(exported), "act": "save"}, follow=True)

    assert notes(answer) == ["Harbour support v1 holds these terms already; nothing was written."]
    assert PolicyVersion.objects.count() == 1


def test_a_wrong_file_is_shown_with_every_problem_at_its_line_and_clause(admin_client):
    wrong = WRONG.replace("rank = 4", "rank = 5")
    lines = [wrong.split("\n").index(line) + 1 for line in ("[[severities]]", 'plans = ["birth"]')]

    answer = admin_client.post(LOAD, {"file": upload(wrong.encode()), "act": "save"})

    found = {problem.key: (problem.clause, line) for problem, line in answer.context["problems"]}
    assert found["severities"] == ("", lines[0])
    assert found["targets[1].plans"] == ("H-3", lines[1])
    assert f'href="#line-{lines[1]}"' in shown(answer)
    assert wrong in shown(answer)
    assert not PolicyVersion.objects.exists()


def test_checking_saves_nothing_and_keeps_the_text(admin_client):
    answer = admin_client.post(LOAD, {"text": TEXT, "act": "check"})

    assert "Nothing is wrong with it. Nothing has been saved yet." in shown(answer)
    assert TEXT in shown(answer)
    assert not PolicyVersion.objects.exists()


def test_a_file_that_is_too_large_is_refused_by_its_size(admin_client):
    answer = admin_client.post(LOAD, {"file": upload(b"#" * 524_289), "text": "kept"})

    assert [problem.text for problem, _ in answer.context["problems"]] == [
        "is larger than the 524,288 bytes that a policy may have"
    ]
    assert "kept</textarea>" in shown(answer)


def test_a_file_that_is_not_utf_8_is_shown_with_a_mark_where_it_is_not(admin_client):
    answer = admin_client.post(LOAD, {"file": upload(b'[policy]\ntitle = "caf\xe9"\n')})

    assert [problem.text for problem, _ in answer.context["problems"]] == [
        "is not UTF-8: see the byte at 21"
    ]
    assert 'title = "caf\ufffd"' in shown(answer)


def test_a_file_that_is_no_toml_leads_to_the_line_that_it_names(admin_client):
    answer = admin_client.post(LOAD, {"text": "[policy]\nslug = \n", "act": "check"})

    assert [line for _, line in answer.context["problems"]] == [2]


@pytest.mark.clause("V-4", "S-5-targets")
def test_a_draft_is_edited_in_place_by_its_text(admin_client):
    draft = make_draft()
    changed = TEXT.replace("hours = 48", "hours = 50")

    answer = admin_client.post(
        address("edit", draft), typed(draft, changed.replace("\n", "\r\n")), follow=True
    )

    draft.refresh_from_db()
    assert notes(answer) == ["Harbour support v1 is saved. It is still a draft."]
    assert (draft.source, PolicyVersion.objects.count()) == (changed, 1)


def test_the_text_of_a_published_version_becomes_a_new_draft(admin_client):
    version = make_policy()
    assert TEXT in shown(admin_client.get(address("edit", version)))

    changed = TEXT.replace("hours = 48", "hours = 50")
    admin_client.post(address("edit", version), typed(version, changed))

    assert list(PolicyVersion.objects.order_by("number").values_list("number", "state")) == [
        (1, "PUBLISHED"),
        (2, "DRAFT"),
    ]


def test_somebody_elses_change_in_between_is_told_and_nothing_typed_is_lost(admin_client):
    draft = make_draft()
    theirs, mine = (TEXT.replace("hours = 48", f"hours = {hours}") for hours in (50, 60))
    admin_client.post(address("edit", draft), typed(draft, theirs))

    refused = admin_client.post(address("edit", draft), typed(draft, mine))

    assert "Somebody else has changed Harbour support v1 since you opened it." in shown(refused)
    assert mine in shown(refused)
    assert PolicyVersion.objects.get().source == theirs
    again = typed(draft, mine, seen=refused.context["seen"])
    admin_client.post(address("edit", draft), again)
    assert PolicyVersion.objects.get().source == mine


def test_a_text_is_shown_as_text(admin_client):
    answer = admin_client.post(LOAD, {"text": "</textarea><script>x</script>", "act": "check"})

    assert "<script>x" not in answer.content.decode()


@pytest.mark.parametrize("page", ["edit", "discard"])
def test_a_version_that_is_gone_leads_away(admin_client, page):
    answer = admin_client.get(reverse(f"admin:contracts_policyversion_{page}", args=[99]))

    assert answer.status_code == 302


def test_who_may_only_look_can_compare_and_nothing_else(client):
    draft = make_draft()
    agent = make_staff()
    agent.groups.add(Group.objects.get(name="Support agents"))
    client.force_login(agent)
    form = reverse("admin:contracts_policyversion_form", args=[draft.pk, "targets"])
    closed = [LOAD, address("edit", draft), address("discard", draft), form]

    answers = [client.get(url) for url in closed] + [client.post(url) for url in closed]

    assert [answer.status_code for answer in answers] == [403] * 8
    assert client.get(address("compare", draft)).status_code == 200
    page = client.get(address("change", draft)).content.decode()
    assert [address(name, draft) in page for name in ("source", "compare", "discard")] == [
        True,
        True,
        False,
    ]
    assert (
        "Load a policy file"
        not in client.get(reverse("admin:contracts_policyversion_changelist")).content.decode()
    )
