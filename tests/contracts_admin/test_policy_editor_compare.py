"""Two versions side by side, and drafts that are discarded."""

import html

import pytest
from django.urls import reverse

from apps.contracts import services
from apps.contracts.models import PolicyVersion
from tests.factories import HARBOUR, LOADED_AT, make_order, make_policy, make_preset, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_published")]
TEXT = HARBOUR.read_text("utf-8")


def make_draft(*edits):
    text = TEXT
    for old, new in edits:
        text = text.replace(old, new, 1)
    return services.load_policy(text=text, name="harbour.toml", at=LOADED_AT).version


def address(page, version):
    return reverse(f"admin:contracts_policyversion_{page}", args=[version.pk])


def terms(answer):
    return [
        (chapter.clause, term.title, term.kind, row.label, row.before, row.after)
        for chapter in answer.context["changed"]
        for term in chapter.terms
        for row in term.rows
    ]


@pytest.mark.clause("V-4", "S-5-targets")
def test_a_draft_is_compared_with_the_version_before_in_words(admin_client):
    before = make_policy()
    draft = make_draft(("{ hours = 2 }", "{ hours = 3, minutes = 30 }"))

    answer = admin_client.get(address("compare", draft))

    assert answer.context["other"] == before
    assert terms(answer) == [
        (
            "H-3",
            "Response, Berth, Priority 2",
            "changed",
            "Within",
            [("2 h", True)],
            [("3 h 30 min", True)],
        )
    ]


def test_a_calendar_and_a_list_say_what_came_and_what_went(admin_client):
    make_policy()
    draft = make_draft(('"thu", "fri"]', '"thu"]'), ("lowers_only = true\n", ""))

    found = terms(admin_client.get(address("compare", draft)))

    assert [(clause, title, label) for clause, title, _, label, _, _ in found] == [
        ("H-1", "Hours “Standard hours”", "Windows"),
        ("H-6", "Reason to change severity “Solved, and under watch”", "Lowers only"),
    ]
    assert found[0][5] == [("Days: mon, tue, wed, thu; Opens: 08:00; Closes: 20:00", True)]
    assert found[1][4:] == ([("yes", True)], [("no", True)])


def test_any_two_policies_can_be_compared(admin_client):
    harbour = make_policy()
    premium = make_preset(slug="voximplant-premium-2023")
    wholesale = make_preset(slug="skyswitch-support-2017")

    answers = [
        admin_client.get(address("compare", after), {"with": before.pk})
        for before, after in [(premium, wholesale), (wholesale, premium), (premium, harbour)]
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert {term[2] for term in terms(answers[0])} == {"added", "removed", "changed"}


def test_two_orders_of_the_same_terms_say_the_same(admin_client):
    make_policy()
    one, two = TEXT.index("[[clauses]]"), TEXT.index("[[calendars]]")
    blocks = TEXT[one:two].split("[[clauses]]")[1:]
    text = TEXT[:one] + "".join(f"[[clauses]]{block}" for block in reversed(blocks)) + TEXT[two:]
    draft = services.load_policy(text=text, name="turned.toml", at=LOADED_AT).version

    answer = admin_client.get(address("compare", draft))

    assert "Both say the same." in answer.content.decode()


@pytest.mark.parametrize("wanted", ["999999", "x", "9" * 60])
def test_a_version_that_is_not_there_is_said_and_another_is_offered(admin_client, wanted):
    before = make_policy()
    draft = make_draft(("{ hours = 2 }", "{ hours = 3, minutes = 30 }"))

    answer = admin_client.get(address("compare", draft), {"with": wanted})

    assert answer.context["other"] == before
    assert [str(note) for note in answer.context["messages"]] == [
        f"There is no version “{wanted[:40]}” to compare {draft} with. Choose one here."
    ]


@pytest.mark.parametrize("page", ["compare", "source"])
def test_a_version_that_is_gone_is_said_so_to_who_may_look_and_refused_to_others(
    admin_client, client, page
):
    gone = reverse(f"admin:contracts_policyversion_{page}", args=[10**9])
    client.force_login(make_staff())

    assert (admin_client.get(gone).status_code, client.get(gone).status_code) == (302, 403)


def test_a_lone_version_has_nothing_to_be_compared_with(admin_client):
    answer = admin_client.get(address("compare", make_draft()))

    assert "There is no other version to compare with." in answer.content.decode()


def test_a_draft_is_discarded_after_a_question(admin_client):
    draft = make_draft()

    asked = admin_client.get(address("discard", draft))
    assert "Discard the draft" in asked.content.decode()
    assert PolicyVersion.objects.count() == 1
    answer = admin_client.post(address("discard", draft), follow=True)

    assert [str(note) for note in answer.context["messages"]] == [
        "Harbour support v1 is discarded."
    ]
    assert not PolicyVersion.objects.exists()


@pytest.mark.clause("V-2-order")
def test_a_draft_that_an_order_names_stays_and_says_why(admin_client):
    draft = make_draft()
    order = make_order(version=draft)

    answer = admin_client.post(address("discard", draft), follow=True)

    assert [str(note) for note in answer.context["messages"]] == [
        f"Harbour support v1 is used by order {order}. Choose another version there first."
    ]
    assert PolicyVersion.objects.count() == 1


def test_a_published_version_offers_no_discarding_and_refuses_it(admin_client):
    version = make_policy()

    page = html.unescape(admin_client.get(address("change", version)).content.decode())
    answer = admin_client.post(address("discard", version), follow=True)

    assert address("discard", version) not in page
    assert [str(note) for note in answer.context["messages"]] == [
        "Harbour support v1 is already published."
    ]
