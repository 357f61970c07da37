"""Tokens of the API in the admin: made and shown once, ended, found, and by whom."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.urls import reverse

from apps.contracts.models import ApiToken
from apps.contracts.services.api_tokens import SHOWN
from apps.outbox.models import Message
from tests.api_made import ROOT, asking, make_token
from tests.factories import MORNING, make_staff
from tests.portal_made import make_person

pytestmark = pytest.mark.django_db
LIST, NEW = (reverse(f"admin:contracts_apitoken_{name}") for name in ("changelist", "add"))
OURS = {"name": "Dashboard", "whose": "ours", "scopes": ["standing:read"]}


@pytest.fixture(autouse=True)
def morning():
    with time_machine.travel(MORNING, tick=False):
        yield


def sign_in(client, role):
    person = make_staff()
    person.groups.add(Group.objects.get(name=role))
    client.force_login(person)
    return person


def errors(answer):
    return (answer.status_code, list(answer.context["form"].errors))


@pytest.mark.clause("V-3.5")
def test_a_token_is_shown_on_the_answer_alone_and_ended_by_a_button(client):
    boss, nadia = sign_in(client, "Duty managers"), make_person()
    facts = {"name": "Theirs", "whose": "client", "person": nadia.pk, "scopes": ["tickets:read"]}

    made = client.post(NEW, facts | {"ends_on": "2027-06-30"})
    [secret] = SHOWN.findall(made.text)
    token = ApiToken.objects.get()
    page = reverse("admin:contracts_apitoken_change", args=[token.pk])
    again, shown = client.post(NEW, facts), client.get(page)
    kept = [*Message.objects.values(), *LogEntry.objects.values(), dict(client.session)]
    end = reverse("admin:contracts_apitoken_end", args=[token.pk])
    client.get(end)
    before = asking(secret).get(f"{ROOT}/token").status_code
    client.post(end)
    after = asking(secret).get(f"{ROOT}/token").status_code

    token.refresh_from_db()
    assert (made.status_code, "no-store" in made["Cache-Control"]) == (200, True)
    assert secret not in shown.text + again.text + str(kept)
    assert (errors(again), before, after) == ((422, ["name"]), 200, 401)
    assert (token.person, token.made_by, token.ended_by) == (nadia, boss, boss)
    assert token.expires_at == datetime(2027, 7, 1, tzinfo=UTC)


@pytest.mark.clause("V-3.5")
def test_the_providers_own_is_never_made_by_a_slip(client):
    sign_in(client, "Duty managers")
    nadia = make_person(may_see_invoices=False)
    refused = {
        "of nobody": OURS | {"whose": "client"},
        "ours, of somebody": OURS | {"person": nadia.pk},
        "no key": OURS | {"whose": "client", "person": "9" * 40},
        "more than they may": OURS
        | {"whose": "client", "person": nadia.pk, "scopes": ["billing:read"]},
        "more than ours may": OURS | {"scopes": ["tickets:read"]},
        "the end of time": OURS | {"ends_on": "9999-12-31"},
    }

    answers = {why: errors(client.post(NEW, facts)) for why, facts in refused.items()}
    got = client.post(NEW, OURS)

    assert answers == {
        "of nobody": (422, ["person"]),
        "ours, of somebody": (422, ["person"]),
        "no key": (422, ["person"]),
        "more than they may": (422, ["scopes"]),
        "more than ours may": (422, ["scopes"]),
        "the end of time": (422, ["ends_on"]),
    }
    token = ApiToken.objects.get()
    assert (got.status_code, token.account, token.scopes) == (200, None, ["standing:read"])
    assert Message.objects.count() == 0


@pytest.mark.parametrize(
    ("role", "seen", "made", "ended"),
    [
        ("Duty managers", 200, 200, 302),
        ("Administrators", 200, 200, 302),
        ("Support agents", 200, 403, 403),
        ("Finance", 200, 403, 403),
    ],
)
def test_who_may_make_and_end_them(client, role, seen, made, ended):
    sign_in(client, role)
    token, _ = make_token()
    end = reverse("admin:contracts_apitoken_end", args=[token.pk])

    answers = [client.get(LIST), client.post(NEW, OURS), client.post(end)]

    assert [answer.status_code for answer in answers] == [seen, made, ended]


def test_the_list_finds_them_by_state_and_by_whose_they_are(client, django_assert_max_num_queries):
    sign_in(client, "Support agents")
    held, gone = make_token()[0], make_token()[0]
    ApiToken.objects.filter(pk=gone.pk).update(ended_at=MORNING)
    ours = ApiToken.objects.create(
        name="Ours", scopes=["standing:read"], digest="x", hint="abcd", made_at=MORNING
    )

    with django_assert_max_num_queries(10):
        client.get(LIST)
    found = {
        query: [row.pk for row in client.get(f"{LIST}?{query}").context["cl"].result_list]
        for query in ("state=held", "state=over", "whose=ours", "whose=client", "q=abcd")
    }

    assert found == {
        "state=held": [ours.pk, held.pk],
        "state=over": [gone.pk],
        "whose=ours": [ours.pk],
        "whose=client": [gone.pk, held.pk],
        "q=abcd": [ours.pk],
    }
