"""Webhooks in the portal: made, shown once, tested, sent again, ended."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from apps.contracts.models import WebhookEndpoint
from apps.contracts.rules.webhooks import EVENTS
from apps.contracts.services.webhook_news import News, announce
from apps.outbox.hook_run import deliver_hooks
from apps.outbox.models import Message
from apps.portal.forms.webhooks import WORDS
from tests.factories import MORNING
from tests.hooks_made import URL, make_endpoint, told
from tests.outbox.hooked import WAYS, listening
from tests.portal_made import make_person, signed_in

pytestmark = pytest.mark.django_db
LIST = "/portal/webhooks/"


def to(name: str, pk: int) -> str:
    part = "event" if "event" in name else "webhook"
    return reverse(f"portal:{name}", kwargs={part: pk})


def filled(**facts) -> dict:
    return {"name": "Dashboard", "url": URL, "events": ["ticket.closed"], **facts}


def test_the_portal_has_words_for_each_event():
    assert list(WORDS) == list(EVENTS)


@pytest.mark.clause("S-12", "V-3.5")
def test_an_endpoint_is_made_and_its_secret_shown_on_that_answer_alone():
    person = make_person()
    client = signed_in(person)

    answer = client.post(reverse("portal:webhook_new"), filled())

    [endpoint] = WebhookEndpoint.objects.filter(account=person.order.account)
    pages = [client.get(LIST), client.get(to("webhook", endpoint.pk))]
    [secret] = endpoint.secrets(at=MORNING)
    assert (answer.status_code, secret in answer.content.decode()) == (200, True)
    assert "no-store" in answer["Cache-Control"]
    shown = [each.content.decode() for each in pages]
    assert [secret in page or endpoint.secret in page for page in shown] == [False, False]
    assert (endpoint.url, endpoint.events, endpoint.made_by) == (
        URL,
        ["ticket.closed"],
        person.user,
    )
    rotated = client.post(to("webhook_rotate", endpoint.pk))
    new, before = WebhookEndpoint.objects.get(pk=endpoint.pk).secrets(at=datetime.now(UTC))
    assert (new in rotated.content.decode(), before) == (True, secret)


def test_what_is_wrong_is_said_beside_it_and_what_was_written_stays():
    person = make_person()
    answer = signed_in(person).post(
        reverse("portal:webhook_new"), filled(url="https://10.0.0.1/", name="Board")
    )

    page = answer.content.decode()
    assert (answer.status_code, WebhookEndpoint.objects.count()) == (422, 0)
    assert "use one that is public" in page
    assert 'value="https://10.0.0.1/"' in page


def test_events_of_invoices_are_shut_for_who_may_not_see_them():
    person = make_person(may_see_invoices=False)
    client = signed_in(person)
    page = client.get(reverse("portal:webhook_new")).content.decode()
    answer = client.post(reverse("portal:webhook_new"), filled(events=["invoice.issued"]))

    assert page.count(" disabled>") == 2
    assert (answer.status_code, WebhookEndpoint.objects.count()) == (422, 0)


def test_what_an_event_of_an_invoice_says_is_shut_for_them_too():
    person, sees = make_person(may_see_invoices=False), make_person()
    shown = []
    for each in (person, sees):
        endpoint = make_endpoint(account=each.order.account)
        news = News(endpoint.account_id, "invoice.issued", "made", MORNING, {"total": "77.07"})
        announce([news], at=MORNING)
        message = Message.objects.get(recipient=endpoint.recipient)
        page = signed_in(each).get(to("webhook_event", message.pk)).content.decode()
        shown.append(("77.07" in page, "Only for somebody who may see invoices." in page))

    assert shown == [(False, True), (True, False)]


@pytest.mark.clause("S-12")
def test_a_test_is_seen_in_the_log_with_how_it_was_answered_and_is_sent_again(
    settings, time_machine, django_assert_max_num_queries
):
    settings.WEBHOOK_PLAIN_HTTP, settings.WEBHOOK_ALLOWED_NETWORKS = True, WAYS.allowed
    person = make_person()
    client = signed_in(person)
    with listening() as there:
        there.answers = [(200, {}, b"<b>Thank you</b>")]
        endpoint = make_endpoint(account=person.order.account, url=there.url)
        client.post(to("webhook_test", endpoint.pk))
        deliver_hooks(at=datetime.now(UTC), ways=WAYS)
        message = Message.objects.via("HOOK").get()
        for number in range(30):
            news = News(endpoint.account_id, "ticket.closed", f"made:{number}", MORNING, {})
            announce([news], at=MORNING)
        with django_assert_max_num_queries(15):
            first = client.get(to("webhook", endpoint.pk)).content.decode()
        second = client.get(to("webhook", endpoint.pk) + f"?after={message.pk + 6}")
        with django_assert_max_num_queries(15):
            event = client.get(to("webhook_event", message.pk)).content.decode()
        again = client.post(to("webhook_event_replay", message.pk), follow=True)

    assert (first.count("<code>ticket.closed"), first.count("Next page")) == (25, 1)
    assert second.content.decode().count("<code>ticket.closed") == 5
    assert "&lt;b&gt;Thank you&lt;/b&gt;" in event
    assert message.message_id in event
    message.refresh_from_db()
    assert (message.state, "goes out again" in again.content.decode()) == ("PENDING", True)


@pytest.mark.clause("S-12")
def test_what_failed_since_a_day_is_sent_again_and_one_that_is_off_is_switched_on():
    person = make_person()
    client = signed_in(person)
    endpoint = make_endpoint(account=person.order.account)
    announce([News(endpoint.account_id, "ticket.closed", "made", MORNING, {})], at=MORNING)
    Message.objects.via("HOOK").update(state="DEAD", due_at=None)
    where = to("webhook_replay", endpoint.pk)
    said = [
        client.post(where, {"since": since}, follow=True).content.decode()
        for since in ("", "2026-03-05", "2026-03-04")
    ]
    WebhookEndpoint.objects.update(is_active=False, disabled_at=MORNING, disabled_why="Gone.")
    client.post(to("webhook_test", endpoint.pk))
    client.post(to("webhook_enable", endpoint.pk))

    assert [
        words in page
        for words, page in zip(
            ["Choose the first day.", "Nothing has failed since then.", "1 event goes out again."],
            said,
            strict=True,
        )
    ] == [True] * 3
    endpoint.refresh_from_db()
    assert (endpoint.is_active, [kind for kind, _ in told(endpoint)]) == (True, ["ticket.closed"])


def test_an_endpoint_is_changed_and_ended_and_gone_from_the_portal():
    person = make_person()
    client = signed_in(person)
    endpoint = make_endpoint(account=person.order.account)
    client.post(to("webhook", endpoint.pk), filled(name="Other"))
    endpoint.refresh_from_db()
    changed = (endpoint.name, endpoint.events)
    asked = client.get(to("webhook_end", endpoint.pk))
    client.post(to("webhook_end", endpoint.pk))

    endpoint.refresh_from_db()
    assert (changed, asked.status_code) == (("Other", ["ticket.closed"]), 200)
    assert (endpoint.is_active, endpoint.ended_at is not None) == (False, True)
    assert client.get(to("webhook", endpoint.pk)).status_code == 404
    assert URL not in client.get(LIST).content.decode()
