"""Secrets of endpoints in the database: sealed, through a change of SECRET_KEY too."""

import logging
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from standardwebhooks import Webhook

from apps.contracts import services
from apps.contracts.models import WebhookEndpoint
from apps.contracts.services import webhook_news
from apps.contracts.services.webhook_sealing import Resealed, reseal_secrets
from apps.outbox.hook_run import deliver_hooks
from apps.outbox.models import Message
from tests.factories import MORNING, make_order, make_staff
from tests.hooks_made import wanted
from tests.outbox.hooked import WAYS, listening

pytestmark = pytest.mark.django_db
BEFORE, AFTER = "before-" + "b" * 50, "after-" + "a" * 50
REASON = (
    "Its secret cannot be read: no key fits. Put the SECRET_KEY of before into"
    " SECRET_KEY_FALLBACKS, or give it a new secret."
)


@pytest.fixture(autouse=True)
def trial(settings):
    """An installation that lets webhooks go to this machine, with a key that is changed."""
    settings.WEBHOOK_PLAIN_HTTP, settings.WEBHOOK_ALLOWED_NETWORKS = True, WAYS.allowed
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = BEFORE, []


def add(url: str):
    to = wanted(url=url, events=["ticket.closed"])
    return services.add_webhook(account=make_order().account, to=to, by=make_staff(), at=MORNING)


def deliver(*endpoints: WebhookEndpoint, at=MORNING) -> int:
    for endpoint in endpoints:
        key = f"kettle:{at.isoformat()}"
        webhook_news.announce(
            [webhook_news.News(endpoint.account_id, "ticket.closed", key, at, {})], at=at
        )
    return deliver_hooks(at=at, ways=WAYS)


def columns() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM contracts_webhookendpoint")
        kept = str(cursor.fetchall())
        cursor.execute("SELECT * FROM contracts_historicalwebhookendpoint")
        return kept + str(cursor.fetchall())


@pytest.mark.clause("S-12")
def test_another_key_of_the_installation_loses_no_secret_and_the_one_before_may_go(
    settings, time_machine, capsys
):
    with listening() as there:
        first = add(there.url)
        second = services.rotate_secret(endpoint=first.endpoint, by=make_staff(), at=MORNING)
        made = [first.secret, second.secret]
        kept = columns()
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = AFTER, [BEFORE]
        deliver(first.endpoint)
        done = [reseal_secrets(), reseal_secrets()]
        settings.SECRET_KEY_FALLBACKS = []
        deliver(first.endpoint, at=MORNING + timedelta(hours=1))

    assert [secret in kept + repr([first, second]) for secret in made] == [False, False]
    assert done == [Resealed(1, 1), Resealed(1, 0)]
    for (headers, body), at in zip(
        there.told, [MORNING, MORNING + timedelta(hours=1)], strict=True
    ):
        time_machine.move_to(at)
        assert [Webhook(each).verify(body, headers)["type"] for each in made] == [
            "ticket.closed"
        ] * 2
    call_command("reseal_secrets")
    assert capsys.readouterr().out == (
        "Endpoints: 1. Sealed anew: 0.\nAll can be read with SECRET_KEY alone.\n"
    )


@pytest.mark.clause("S-12")
def test_where_no_key_fits_the_reason_is_said_nothing_else_stops_and_it_goes_out_once_one_does(
    settings, time_machine, caplog
):
    with listening() as there:
        lost = add(there.url)
        settings.SECRET_KEY = AFTER
        sound = add(there.url)
        with caplog.at_level(logging.ERROR):
            sent = deliver(lost.endpoint, sound.endpoint)
        row = Message.objects.get(recipient=lost.endpoint.recipient)
        stands = WebhookEndpoint.objects.get(pk=lost.endpoint.pk)
        facts = (row.state, row.attempts, row.last_error, row.tries.count(), stands.failing_since)
        with pytest.raises(CommandError, match=f"these endpoints: {stands.pk}\\. Put the"):
            call_command("reseal_secrets")
        settings.SECRET_KEY_FALLBACKS = [BEFORE]
        sent_later = deliver_hooks(at=row.due_at, ways=WAYS)
        settings.SECRET_KEY_FALLBACKS = []
        anew = services.rotate_secret(endpoint=stands, by=make_staff(), at=MORNING)

    assert (sent, sent_later, facts) == (1, 1, ("PENDING", 1, REASON, 0, None))
    assert f"Endpoint {stands.pk}: {REASON}" in caplog.messages
    time_machine.move_to(row.due_at)
    [_, (headers, body)] = there.told
    assert Webhook(lost.secret).verify(body, headers)["type"] == "ticket.closed"
    stands.refresh_from_db()
    assert stands.secrets(at=MORNING) == (anew.secret,)
    assert (stands.is_unreadable, stands.earlier_until) == (False, None)


@pytest.mark.parametrize("changes", [{}, {"earlier_until": MORNING}])
def test_the_database_takes_no_secret_in_plain_text(changes):
    made = add("https://hooks.client.example.com/")
    rows = WebhookEndpoint.objects.filter(pk=made.endpoint.pk)
    with pytest.raises(IntegrityError, match="webhook_secrets_are_sealed"), transaction.atomic():
        rows.update(**{"earlier_secret" if changes else "secret": made.secret}, **changes)
