"""Endpoints of webhooks: who makes them, their secrets, what is sent again, when they are off."""

import json
from datetime import timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from apps.contracts import services
from apps.contracts.models import Account, WebhookEndpoint
from apps.contracts.rules.webhooks import EARLIER_LASTS, EVENTS, FAILS_AT_MOST, SETTLES_AFTER
from apps.contracts.services import WebhookRefused, webhook_news
from apps.contracts.services.webhook_sending import FAILED, GONE
from apps.outbox.hook_run import deliver_hooks
from apps.outbox.models import Message
from tests.factories import MORNING, make_order, make_staff
from tests.hooks_made import URL, make_endpoint, told, wanted
from tests.outbox.hooked import WAYS, listening
from tests.portal_made import make_person

pytestmark = pytest.mark.django_db
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


@pytest.fixture(autouse=True)
def trial(settings):
    """An installation that lets webhooks go to this machine, without TLS."""
    settings.WEBHOOK_PLAIN_HTTP, settings.WEBHOOK_ALLOWED_NETWORKS = True, WAYS.allowed


def tell(endpoint, *, key="kettle:1", type="ticket.closed", at=MORNING) -> Message:
    news = webhook_news.News(endpoint.account_id, type, key, at, {"ticket": "FL-000001"})
    webhook_news.announce([news], at=at)
    return Message.objects.get(key=f"hook:{endpoint.pk}:{key}")


def run(at) -> int:
    return deliver_hooks(at=at, ways=WAYS)


@pytest.mark.clause("S-12")
def test_what_arrives_is_signed_by_the_secret_that_was_shown_once_and_says_what_happened(
    time_machine,
):
    with listening() as endpoint:
        to = wanted(url=endpoint.url, events=["ticket.closed"])
        account = make_order().account
        made = services.add_webhook(account=account, to=to, by=make_staff(), at=MORNING)
        tell(made.endpoint)
        assert run(MORNING) == 1

    [(headers, body)] = endpoint.told
    time_machine.move_to(MORNING)
    assert Webhook(made.secret).verify(body, headers) == {
        "type": "ticket.closed",
        "timestamp": "2026-03-04T14:00:00Z",
        "data": {"ticket": "FL-000001"},
    }
    kept = [row.__dict__ for row in WebhookEndpoint.history.all()]
    assert made.secret not in str(kept) + json.dumps(list(Message.objects.values_list("payload")))


@pytest.mark.clause("S-12")
def test_for_a_day_the_secret_before_signs_too(time_machine):
    with listening() as endpoint:
        account = make_order().account
        by, to = make_staff(), wanted(url=endpoint.url)
        first = services.add_webhook(account=account, to=to, by=by, at=MORNING)
        second = services.rotate_secret(endpoint=first.endpoint, by=by, at=MORNING)
        ends = MORNING + EARLIER_LASTS
        for at in (ends - SECOND, ends):
            tell(second.endpoint, key=f"kettle:{at}", at=at)
            run(at)

    read = []
    for (headers, body), at in zip(endpoint.told, [ends - SECOND, ends], strict=True):
        time_machine.move_to(at)
        for secret in (first.secret, second.secret):
            try:
                read.append(Webhook(secret).verify(body, headers)["type"])
            except WebhookVerificationError:
                read.append("")
    assert read == ["ticket.closed", "ticket.closed", "", "ticket.closed"]


@pytest.mark.clause("S-12")
def test_a_double_click_for_a_new_secret_does_not_end_the_one_that_programs_have():
    first = services.add_webhook(
        account=make_order().account, to=wanted(), by=make_staff(), at=MORNING
    )
    endpoint, by = first.endpoint, make_staff()

    def again(after: timedelta) -> str:
        return services.rotate_secret(endpoint=endpoint, by=by, at=MORNING + after).secret

    def count(after: timedelta) -> tuple[str, ...]:
        endpoint.refresh_from_db()
        return endpoint.secrets(at=MORNING + after)

    again(SECOND)
    second = again(SETTLES_AFTER)
    after_two = count(SETTLES_AFTER)
    third = again(SECOND + SETTLES_AFTER)

    assert (after_two, count(SECOND + SETTLES_AFTER)) == ((second, first.secret), (third, second))


@pytest.mark.clause("V-3.5")
def test_a_client_makes_one_who_manages_the_users_of_that_account():
    manager = make_person()
    account = manager.order.account
    others = {
        "another account": make_person(),
        "without the right": make_person(order=manager.order, may_manage_users=False),
        "ended": make_person(order=manager.order),
    }
    others["ended"].is_active = False
    others["ended"].save()
    for person in others.values():
        with pytest.raises(WebhookRefused, match="who manages the users of the same account"):
            services.add_webhook(
                account=account, to=wanted(), by=person.user, at=MORNING, of_client=person
            )

    made = services.add_webhook(
        account=account, to=wanted(), by=manager.user, at=MORNING, of_client=manager
    )

    assert list(account.webhooks.values_list("pk", "url", "made_by")) == [
        (made.endpoint.pk, URL, manager.user.pk)
    ]
    for act in (services.end_webhook, services.rotate_secret, services.enable_webhook):
        with pytest.raises(WebhookRefused):
            act(
                endpoint=made.endpoint,
                by=manager.user,
                at=MORNING,
                of_client=others["another account"],
            )


def test_who_may_not_see_invoices_chooses_no_events_of_them_but_keeps_those_that_are_there():
    person = make_person(may_see_invoices=False)
    account, of = person.order.account, {"by": person.user, "at": MORNING, "of_client": person}
    with pytest.raises(WebhookRefused, match="who may see invoices") as refused:
        services.add_webhook(account=account, to=wanted(events=["invoice.issued"]), **of)
    endpoint = make_endpoint(account=account, events=["invoice.issued"])

    both = ["ticket.closed", "invoice.issued"]
    services.change_webhook(endpoint=endpoint, to=wanted(events=both), **of)

    endpoint.refresh_from_db()
    assert (refused.value.field, endpoint.events) == ("events", both)
    moved = {"url": f"{URL}/elsewhere"}
    with pytest.raises(WebhookRefused, match="who may see invoices") as refused:
        services.change_webhook(endpoint=endpoint, to=wanted(events=both, **moved), **of)
    services.change_webhook(endpoint=endpoint, to=wanted(events=both[:1], **moved), **of)
    endpoint.refresh_from_db()
    assert (refused.value.field, endpoint.url, endpoint.events) == ("url", moved["url"], both[:1])


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"url": "ftp://client.example.com/"}, "url"),
        ({"url": "https://10.0.0.1/"}, "url"),
        ({"url": "https://[::ffff:169.254.169.254]/"}, "url"),
        ({"events": []}, "events"),
        ({"events": ["ticket.closed", "kettle.boiled"]}, "events"),
    ],
)
def test_what_is_missing_or_wrong_is_said_at_its_field_and_nothing_is_kept(facts, field):
    account = make_order().account
    with pytest.raises(WebhookRefused) as refused:
        services.add_webhook(account=account, to=wanted(**facts), by=make_staff(), at=MORNING)

    assert (refused.value.field, account.webhooks.count()) == (field, 0)


def test_an_account_has_ten_at_most_and_its_flag_says_whether_any_takes_events():
    account, by = make_order().account, make_staff()
    assert account.has_webhooks is False
    made = [make_endpoint(account=account, by=by) for _ in range(10)]
    with pytest.raises(WebhookRefused, match="10 endpoints at most"):
        make_endpoint(account=account, by=by)
    flags = [account.has_webhooks]
    for endpoint in made:
        services.end_webhook(endpoint=endpoint, by=by, at=MORNING)
        flags.append(Account.objects.get(pk=account.pk).has_webhooks)

    assert flags == [True] * 10 + [False]
    assert set(account.webhooks.values_list("secret", "is_active", "ended_at")) == {
        ("", False, MORNING)
    }
    with pytest.raises(WebhookRefused, match="has ended"):
        services.rotate_secret(endpoint=made[0], by=by, at=MORNING)


@pytest.mark.clause("S-12")
def test_an_event_is_told_once_to_each_endpoint_that_wants_it(django_assert_num_queries):
    account = make_order().account
    wants = make_endpoint(account=account, events=["ticket.closed"])
    make_endpoint(account=account, events=["ticket.replied"])
    make_endpoint(account=make_order().account)
    news = [
        webhook_news.News(account.pk, "ticket.closed", f"kettle:{n}", MORNING, {"n": n})
        for n in range(50)
    ]

    with django_assert_num_queries(2):
        webhook_news.announce(news, at=MORNING)
    webhook_news.announce(news, at=MORNING + HOUR)

    assert told(wants) == [("ticket.closed", {"n": n}) for n in range(50)]
    assert Message.objects.via("HOOK").count() == 50
    assert {"." in row.message_id for row in Message.objects.via("HOOK")} == {False}


@pytest.mark.clause("S-12")
def test_an_endpoint_that_is_gone_is_switched_off_and_who_manages_users_is_told():
    manager = make_person()
    make_person(order=manager.order, may_manage_users=False)
    with listening() as there:
        there.answers = [(410, {}, b"")]
        endpoint = make_endpoint(account=manager.order.account, url=there.url)
        first, second = tell(endpoint), tell(endpoint, key="kettle:2")
        Message.objects.filter(pk=second.pk).update(due_at=MORNING + SECOND)
        run(MORNING)
        run(MORNING + SECOND)

    endpoint.refresh_from_db()
    assert (endpoint.is_active, endpoint.disabled_at, endpoint.disabled_why) == (
        False,
        MORNING,
        GONE,
    )
    states = dict(Message.objects.via("HOOK").values_list("pk", "state"))
    assert states == {first.pk: "DEAD", second.pk: "WITHDRAWN"}
    mails = Message.objects.filter(topic="webhook.disabled").values_list("recipient", flat=True)
    assert list(mails) == [manager.email]
    assert Account.objects.get(pk=endpoint.account_id).has_webhooks is False
    assert len(there.told) == 1


@pytest.mark.clause("S-12")
def test_what_the_address_of_before_answers_meanwhile_says_nothing_of_the_new_one():
    by = make_staff()
    with listening() as there:
        there.answers = [(410, {}, b"")]
        endpoint = make_endpoint(account=make_order().account, url=there.url, by=by)
        tell(endpoint)
        changed = []

        def clock():
            if there.told and not changed:
                to = wanted(url=there.url + "/new")
                changed.append(services.change_webhook(endpoint=endpoint, to=to, by=by, at=MORNING))
            return MORNING

        deliver_hooks(at=MORNING, clock=clock, ways=WAYS)

    endpoint.refresh_from_db()
    assert (len(changed), endpoint.is_active, endpoint.failing_since) == (1, True, None)


@pytest.mark.clause("S-12")
def test_one_that_fails_for_five_days_is_switched_off_and_one_success_starts_anew():
    with listening() as there:
        endpoint = make_endpoint(account=make_order().account, url=there.url)

        def answers(status, at):
            there.answers = [(status, {}, b"")]
            tell(endpoint, key=f"kettle:{at}", at=at)
            Message.objects.via("HOOK").filter(state="PENDING").exclude(
                key__endswith=f"{at}"
            ).update(state="WITHDRAWN", due_at=None)
            run(at)
            endpoint.refresh_from_db()
            return endpoint.is_active, endpoint.failing_since

        start = MORNING + FAILS_AT_MOST
        seen = [
            answers(500, MORNING),
            answers(200, start - SECOND),
            answers(500, start),
            answers(500, start + FAILS_AT_MOST - SECOND),
            answers(500, start + FAILS_AT_MOST),
        ]

    assert seen == [(True, MORNING), (True, None), (True, start), (True, start), (False, start)]
    assert endpoint.disabled_why == FAILED


@pytest.mark.clause("S-12")
def test_what_failed_since_an_instant_is_sent_again_under_the_same_identity():
    by, later = make_staff(), MORNING + HOUR
    with listening() as there:
        endpoint = make_endpoint(account=make_order().account, url=there.url, by=by)
        rows = [tell(endpoint, key=f"kettle:{n}", at=MORNING + n * SECOND) for n in range(4)]
        dead = Message.objects.filter(pk__in=[rows[0].pk, rows[1].pk])
        dead.update(state="DEAD", due_at=None, attempts=10)
        Message.objects.filter(pk=rows[2].pk).update(state="WITHDRAWN", due_at=None)
        run(MORNING + HOUR)
        again = services.replay_failed(endpoint=endpoint, since=MORNING + SECOND, by=by, at=later)
        run(later)
        # One that arrived is sent again as well, where somebody asks for it.
        services.replay(endpoint=endpoint, message=rows[3], by=by, at=later)
        with pytest.raises(WebhookRefused, match="on its way already"):
            services.replay(endpoint=endpoint, message=rows[3], by=by, at=later)
        run(later)

    ids = [row.message_id for row in rows]
    assert again == 2
    arrived = [headers["webhook-id"] for headers, _ in there.told]
    assert (arrived[0], sorted(arrived[1:3]), arrived[3]) == (ids[3], sorted(ids[1:3]), ids[3])
    assert {row.state for row in Message.objects.via("HOOK")} == {"SENT", "DEAD"}


def test_a_test_goes_whatever_it_wants_and_nothing_to_one_that_is_off():
    by = make_staff()
    with listening() as there:
        account = make_order().account
        endpoint = make_endpoint(account=account, url=there.url, events=["ticket.closed"], by=by)
        services.send_test(endpoint=endpoint, by=by, at=MORNING)
        run(MORNING)
        there.answers = [(410, {}, b"")]
        message = tell(endpoint)
        run(MORNING)
        acts = [
            lambda: services.send_test(endpoint=endpoint, by=by, at=MORNING),
            lambda: services.replay(endpoint=endpoint, message=message, by=by, at=MORNING),
            lambda: services.replay_failed(endpoint=endpoint, since=MORNING, by=by, at=MORNING),
        ]
        for act in acts:
            with pytest.raises(WebhookRefused, match="switched off"):
                act()
        services.enable_webhook(endpoint=endpoint, by=by, at=MORNING)
        there.answers = [(200, {}, b"")]
        services.replay_failed(endpoint=endpoint, since=MORNING, by=by, at=MORNING)
        run(MORNING)

    types = [json.loads(body)["type"] for _, body in there.told]
    assert types == ["webhook.test", "ticket.closed", "ticket.closed"]
    assert Account.objects.get(pk=account.pk).has_webhooks is True


def test_no_event_is_called_as_the_test_is():
    assert "webhook.test" not in EVENTS
