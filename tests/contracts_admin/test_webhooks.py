"""Endpoints as staff see them, make them for an account, and keep them."""

import re
from datetime import UTC, datetime

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.urls import reverse

from apps.contracts.models import WebhookEndpoint
from apps.contracts.services import end_webhook
from apps.outbox.hooks import Posted
from apps.outbox.models import HookAttempt, Message
from tests.factories import MORNING, make_order, make_staff
from tests.hooks_made import URL, make_endpoint, told

pytestmark = pytest.mark.django_db
LIST, NEW = (reverse(f"admin:contracts_webhookendpoint_{name}") for name in ("changelist", "add"))
SHOWN = re.compile(r"whsec_[A-Za-z0-9+/]{43}=")


def sign_in(client, role: str):
    person = make_staff()
    person.groups.add(Group.objects.get(name=role))
    client.force_login(person)
    return person


def filled(**facts) -> dict:
    return {"name": "Dashboard", "url": URL, "events": ["ticket.closed"], **facts}


def to(part: str, endpoint, *more: str) -> str:
    return reverse(f"admin:contracts_webhookendpoint_{part}", args=[endpoint.pk, *more])


def act(client, name: str, *endpoints) -> list[str]:
    data = {"action": name, "_selected_action": [each.pk for each in endpoints]}
    answer = client.post(LIST, data, follow=True)
    return [str(note) for note in answer.context["messages"]]


@pytest.mark.clause("S-12")
def test_staff_see_an_endpoint_its_log_and_no_secret_and_act_by_the_services(
    admin_client, django_assert_max_num_queries
):
    endpoint = make_endpoint(account=make_order().account)
    page = to("change", endpoint)

    sent = act(admin_client, "send_test", endpoint)
    message = Message.objects.via("HOOK").get()
    posted = Posted(503, 12, "<b>Away</b>", endpoint.url)
    HookAttempt.objects.create(
        message=message,
        at=MORNING,
        status=posted.status,
        milliseconds=posted.milliseconds,
        note=posted.note,
    )
    Message.objects.filter(pk=message.pk).update(state="DEAD", due_at=None)
    with django_assert_max_num_queries(30):
        pages = [
            admin_client.get(where).content.decode()
            for where in (LIST, page, reverse("admin:outbox_message_change", args=[message.pk]))
        ]
    again = act(admin_client, "send_failed_again", endpoint)
    ended = act(admin_client, "end", endpoint)
    refused = act(admin_client, "send_test", endpoint)

    assert [sent, again, ended, refused] == [
        ["A test was sent: Dashboard."],
        ["Events sent again: Dashboard."],
        ["Ended: Dashboard."],
        ["Dashboard has ended. Make another one."],
    ]
    secrets = [endpoint.secret, *endpoint.secrets(at=MORNING)]
    assert [secret in page for page in pages for secret in secrets] == [False] * 6
    assert [kind for kind, _ in told(endpoint)] == ["webhook.test"]
    assert "webhook.test" in pages[1]
    assert "&lt;b&gt;Away&lt;/b&gt;" in pages[2]
    message.refresh_from_db()
    assert message.state == "PENDING"


def test_an_endpoint_that_ended_stays_to_be_looked_at(admin_client):
    endpoint = make_endpoint(account=make_order().account)
    end_webhook(endpoint=endpoint, by=make_staff(), at=MORNING)

    assert admin_client.get(to("change", endpoint)).status_code == 200
    changed = admin_client.post(to("edit", endpoint), filled())
    rotated = admin_client.post(to("rotate", endpoint), follow=True)
    refusal = "Dashboard has ended. Make another one."
    assert (changed.status_code, changed.context["form"].non_field_errors()) == (422, [refusal])
    assert [str(note) for note in rotated.context["messages"]] == [refusal]


@pytest.mark.clause("S-12", "V-3.5")
def test_staff_make_one_change_it_and_rotate_it_and_its_secret_is_shown_on_that_answer_alone(
    client,
):
    boss, account = sign_in(client, "Duty managers"), make_order().account

    made = client.post(NEW, filled(account=account.pk))
    endpoint = WebhookEndpoint.objects.get()
    changed = client.post(to("edit", endpoint), filled(name="Other"), follow=True)
    client.get(to("rotate", endpoint))
    rotated = client.post(to("rotate", endpoint))
    page = client.get(to("change", endpoint))

    endpoint.refresh_from_db()
    [first], [second] = SHOWN.findall(made.text), SHOWN.findall(rotated.text)
    assert endpoint.secrets(at=datetime.now(UTC)) == (second, first)
    assert (endpoint.account, endpoint.made_by, endpoint.name) == (account, boss, "Other")
    cached = [answer.headers["Cache-Control"] for answer in (made, rotated)]
    assert ["no-store" in each for each in cached] == [True, True]
    kept = str([*LogEntry.objects.values(), dict(client.session)]) + changed.text + page.text
    assert SHOWN.findall(kept) == []
    done = endpoint.history.order_by("pk").values_list("history_change_reason", "history_user")
    assert list(done) == [("Made", boss.pk), ("Changed", boss.pk), ("New secret", boss.pk)]
    assert LogEntry.objects.filter(user=boss).count() == 3


@pytest.mark.clause("S-12")
def test_one_that_is_paused_is_told_nothing_until_it_is_switched_on(client):
    boss = sign_in(client, "Duty managers")
    endpoint = make_endpoint(account=make_order().account)

    def push(name: str) -> list[str]:
        answer = client.post(to("act", endpoint, name), follow=True)
        return [str(note) for note in answer.context["messages"]]

    client.get(to("act", endpoint, "pause"))
    said = [push("pause"), push("test"), push("enable"), push("test")]

    assert said == [
        ["Paused: Dashboard."],
        ["Dashboard is switched off. Switch it on first."],
        ["Switched on: Dashboard."],
        ["A test was sent: Dashboard."],
    ]
    done = endpoint.history.order_by("pk").values_list(
        "history_change_reason", "history_user", "disabled_why"
    )
    assert list(done)[1:] == [("Paused", boss.pk, "Paused by us."), ("Switched on", boss.pk, "")]
    assert client.post(to("act", endpoint, "kettle")).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"account": ""}, "account"),
        ({"account": "9" * 40}, "account"),
        ({"name": " "}, "name"),
        ({"url": "https://10.0.0.1/"}, "url"),
        ({"url": "https://h" + "x" * 500}, "url"),
        ({"events": ["kettle.boiled"]}, "events"),
        ({"events": []}, "events"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_kept(admin_client, wrong, field):
    account = make_order().account
    answer = admin_client.post(NEW, filled(account=account.pk) | wrong)

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert WebhookEndpoint.objects.count() == 0


@pytest.mark.parametrize(
    ("role", "made", "kept"),
    [
        ("Duty managers", 200, 302),
        ("Administrators", 200, 302),
        ("Support agents", 403, 403),
        ("Finance", 403, 403),
    ],
)
def test_who_may_make_and_keep_them(client, role, made, kept):
    sign_in(client, role)
    account = make_order().account
    endpoint = make_endpoint(account=account)

    answers = [
        client.get(to("change", endpoint)),
        client.post(NEW, filled(account=account.pk)),
        client.post(to("edit", endpoint), filled(name="Other")),
        client.post(to("act", endpoint, "pause")),
        client.post(to("rotate", endpoint)),
        client.post(to("change", endpoint), filled()),
    ]

    assert [answer.status_code for answer in answers] == [
        200,
        made,
        kept,
        kept,
        200 if kept == 302 else 403,
        403,
    ]
