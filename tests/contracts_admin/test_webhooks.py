"""Endpoints as staff see them."""

import pytest
from django.urls import reverse

from apps.contracts.services import end_webhook
from apps.outbox.hooks import Posted
from apps.outbox.models import HookAttempt, Message
from tests.factories import MORNING, make_order, make_staff
from tests.hooks_made import make_endpoint, told

pytestmark = pytest.mark.django_db
LIST = reverse("admin:contracts_webhookendpoint_changelist")


def act(client, name: str, *endpoints) -> list[str]:
    data = {"action": name, "_selected_action": [each.pk for each in endpoints]}
    answer = client.post(LIST, data, follow=True)
    return [str(note) for note in answer.context["messages"]]


@pytest.mark.clause("S-12")
def test_staff_see_an_endpoint_its_log_and_no_secret_and_act_by_the_services(admin_client):
    endpoint = make_endpoint(account=make_order().account)
    page = reverse("admin:contracts_webhookendpoint_change", args=[endpoint.pk])

    sent = act(admin_client, "send_test", endpoint)
    message = Message.objects.via("HOOK").get()
    posted = Posted(503, 12, "<b>Away</b>")
    HookAttempt.objects.create(
        message=message,
        at=MORNING,
        status=posted.status,
        milliseconds=posted.milliseconds,
        note=posted.note,
    )
    Message.objects.filter(pk=message.pk).update(state="DEAD", due_at=None)
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
    page = reverse("admin:contracts_webhookendpoint_change", args=[endpoint.pk])

    assert admin_client.get(page).status_code == 200
