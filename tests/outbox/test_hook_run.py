"""Delivery of webhooks: against an endpoint on this machine."""

import json
import socket
from contextlib import ExitStack
from datetime import datetime, timedelta
from threading import Event
from time import monotonic

import pytest
from standardwebhooks import Webhook

from apps.contracts.services.webhooks import MOST
from apps.outbox import hooks, services
from apps.outbox.enqueue import HOOKS
from apps.outbox.hook_posting import Ways, _Plain, post
from apps.outbox.hook_run import MOST_EACH, deliver_hooks
from apps.outbox.hooks import Hook, Owner
from apps.outbox.models import HookAttempt, Message
from apps.outbox.rendering import Withdrawn
from apps.outbox.rules.hook_signing import secret_in_words
from apps.outbox.rules.hook_waits import hook_wait
from tests.outbox.hooked import HERE, WAYS, certificate_for, listening, stands_for
from tests.outbox.making import NOON, make_message

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
OLD, NEW = secret_in_words(b"o" * 32), secret_in_words(b"n" * 32)


@pytest.fixture(autouse=True)
def heard():
    """What the owner of the endpoints was told; a webhook goes where its payload says."""
    before, told = dict(hooks._owners), []

    def make(payload: dict, at: datetime) -> Hook:
        if payload.get("is_off"):
            raise Withdrawn("The endpoint was switched off.")
        return Hook(payload["url"], json.dumps(payload["body"]).encode(), (NEW, OLD))

    hooks.own(Owner(make, lambda payload, posted, at: told.append((posted.status, at))))
    yield told
    hooks._owners.clear()
    hooks._owners.update(before)


def make_hook(url: str, *, endpoint: str = "webhook:1", **changes) -> Message:
    body = {"type": "kettle.boiled"}
    payload = {"url": url, "body": body, **changes.pop("more", {})}
    facts = {"message_id": f"msg_{changes['key']}"} if "key" in changes else {}
    return make_message(
        channel="HOOK",
        topic="kettle.boiled",
        recipient=endpoint,
        payload=payload,
        **changes,
        **facts,
    )


def run(at: datetime = NOON, ways: Ways = WAYS) -> int:
    return deliver_hooks(at=at, ways=ways)


def state_of(message: Message) -> tuple:
    message.refresh_from_db()
    return message.state, message.attempts, message.due_at


def test_a_client_verifies_what_arrives_with_either_secret_and_at_each_attempt_anew(time_machine):
    with listening() as endpoint:
        endpoint.answers = [(500, {}, b"Out of tea"), (200, {}, b"ok")]
        message = make_hook(endpoint.url)
        assert run() == 0
        then = NOON + (hook_wait(1, key=message.key) or SECOND)
        assert run(then - timedelta(milliseconds=1)) == 0
        assert run(then) == 1

    assert state_of(message) == ("SENT", 2, None)
    read = []
    for (headers, body), sent_at in zip(endpoint.told, [NOON, then], strict=True):
        time_machine.move_to(sent_at)
        read += [Webhook(secret).verify(body, headers)["type"] for secret in (OLD, NEW)]
        assert headers["webhook-timestamp"] == str(int(sent_at.timestamp()))
    assert read == ["kettle.boiled"] * 4
    assert {headers["webhook-id"] for headers, _ in endpoint.told} == {message.message_id}
    assert list(message.tries.values_list("at", "status", "note")) == [
        (NOON, 500, "Out of tea"),
        (then, 200, "ok"),
    ]


def test_after_its_tenth_attempt_in_three_days_it_is_a_dead_letter(heard):
    with listening() as endpoint:
        endpoint.answers = [(503, {}, b"")]
        message = make_hook(endpoint.url)
        at = NOON
        for attempt in range(1, 11):
            assert run(at) == 0
            assert state_of(message)[1] == attempt
            at = message.due_at or at

    assert state_of(message) == ("DEAD", 10, None)
    assert timedelta(days=3) < at - NOON < timedelta(days=3.5)
    assert (len(heard), heard[-1]) == (10, (503, at))


@pytest.mark.parametrize(("asked", "waits"), [("600", 600), ("1", 5)])
def test_who_asks_for_time_is_tried_no_sooner(asked, waits):
    with listening() as endpoint:
        endpoint.answers = [(429, {"Retry-After": asked}, b"Slowly")]
        message = make_hook(endpoint.url)
        run()

    least = timedelta(seconds=waits)
    state, attempts, due_at = state_of(message)
    assert (state, attempts) == ("PENDING", 1)
    assert NOON + least <= due_at < NOON + least * 1.1


def test_what_cannot_be_written_down_goes_out_again_and_the_others_are_written_down(caplog):
    def hear(payload: dict, posted: object, at: datetime) -> None:
        if payload.get("breaks") and at == NOON:
            raise RuntimeError("Out of tea")

    hooks.own(Owner(hooks._owners[hooks.OWNER].make, hear))
    with listening() as endpoint:
        broken = make_hook(endpoint.url, more={"breaks": True})
        others = [make_hook(endpoint.url, endpoint=f"webhook:{n}") for n in range(2, 5)]
        taken = run()
        again = NOON + services.PAGE_LEASE
        states = [state_of(message) for message in (broken, *others)]
        taken_later = run(again)

    assert (taken, taken_later) == (3, 1)
    assert states == [("SENDING", 1, again), *[("SENT", 1, None)] * 3]
    assert (state_of(broken), broken.tries.count()) == (("SENT", 2, None), 1)
    assert f"What came of message {broken.pk} cannot be written down" in caplog.messages


@pytest.mark.parametrize(
    ("status", "headers", "state", "error"),
    [
        (410, {}, "DEAD", "It answered 410: it wants nothing any more."),
        (302, {"Location": "/elsewhere"}, "PENDING", "It answered 302."),
        (404, {}, "PENDING", "It answered 404."),
        (299, {}, "SENT", ""),
    ],
)
def test_what_an_answer_means_and_that_no_redirect_is_followed(
    status, headers, state, error, heard
):
    with listening() as endpoint:
        endpoint.answers = [(status, headers, b"")]
        message = make_hook(endpoint.url)
        run()

    message.refresh_from_db()
    assert (message.state, message.last_error) == (state, error)
    assert (len(endpoint.told), heard) == (1, [(status, NOON)])


def test_of_a_long_answer_only_the_beginning_is_kept_and_nothing_that_cannot_be_shown():
    with listening() as endpoint:
        endpoint.answers = [(500, {}, b"\x00\x1b[1mNo\xff" + b"x" * 100_000)]
        run_of = make_hook(endpoint.url)
        run()

    [attempt] = run_of.tries.all()
    assert attempt.note == "[1mNo\ufffd" + "x" * (1024 - 8)


def test_a_name_that_leads_inside_is_refused_though_it_did_not_when_it_was_looked_up_before():
    with listening() as endpoint:
        port = endpoint.url.split(":")[2].removesuffix("/hooks")
        message = make_hook(f"http://hooks.client.example.com:{port}")
        ways = [
            Ways(allowed=HERE, plain_http=True, resolve=stands_for("127.0.0.1")),
            Ways(plain_http=True, resolve=stands_for("8.8.8.8", "127.0.0.1")),
            Ways(plain_http=True, resolve=stands_for("::ffff:127.0.0.1")),
            Ways(plain_http=True, resolve=stands_for()),
        ]
        noted = []
        for way in ways:
            hook = Hook(message.payload["url"], b"{}", (NEW,))
            posted = post(hook, message_id="msg_1", at=NOON, ways=way)
            noted.append((posted.status, posted.note))

    inside = "hooks.client.example.com does not lead to a public address: nothing is sent there."
    assert noted == [
        (204, ""),
        (None, inside),
        (None, inside),
        (None, "hooks.client.example.com stands for no address."),
    ]
    # The connection was made to the address itself, and the name is the host's all the same.
    [(headers, _)] = endpoint.told
    assert headers["host"] == f"hooks.client.example.com:{port}"


def test_without_permission_nothing_goes_to_this_machine_or_without_tls():
    with listening() as endpoint:
        hook = Hook(endpoint.url, b"{}", (NEW,))
        noted = [
            post(hook, message_id="msg_1", at=NOON, ways=way).note
            for way in (Ways(plain_http=True), Ways(allowed=HERE))
        ]

    assert (noted, endpoint.told) == (
        [
            "127.0.0.1 does not lead to a public address: nothing is sent there.",
            "Use an address that begins with https://.",
        ],
        [],
    )


def test_the_certificate_is_that_of_the_name_wherever_it_leads(tmp_path):
    host = "hooks.client.example.com"
    file = certificate_for(host, tmp_path)
    with listening(certificate=file) as endpoint:
        noted = [
            post(
                Hook(f"https://{name}:{endpoint.server_port}/", b"{}", (NEW,)),
                message_id="msg_1",
                at=NOON,
                ways=Ways(allowed=HERE, resolve=stands_for("127.0.0.1"), trusted=trusted),
            )
            for name, trusted in [(host, file), ("other.example.com", file), (host, "")]
        ]

    invalid = "Its certificate is not valid for this name, or nobody known has signed it."
    assert [(posted.status, posted.note) for posted in noted] == [
        (204, ""),
        (None, invalid),
        (None, invalid),
    ]
    assert len(endpoint.told) == 1


def test_an_answer_that_comes_drop_by_drop_is_cut_off():
    with listening(drip=0.02) as endpoint:
        began = monotonic()
        hook = Hook(endpoint.url, b"{}", (NEW,))
        ways = Ways(allowed=HERE, plain_http=True, most_seconds=0.3)
        posted = post(hook, message_id="msg_1", at=NOON, ways=ways)

    assert (posted.status, posted.note) == (None, "There was no answer within 0.3 seconds.")
    assert monotonic() - began < 5


def test_an_address_at_which_nobody_answers_leaves_time_for_the_next():
    with listening() as endpoint, socket.socket() as silent, ExitStack() as waiting:
        silent.bind(("127.0.0.2", endpoint.server_port))
        silent.listen(0)  # more than it has room for are left without an answer
        for _ in range(3):
            other = waiting.enter_context(socket.socket())
            other.setblocking(False)
            other.connect_ex(silent.getsockname())
        hook = Hook(f"http://twice.example.com:{endpoint.server_port}/", b"{}", (NEW,))
        two = stands_for("127.0.0.2", "127.0.0.1")
        ways = Ways(allowed=HERE, plain_http=True, resolve=two, most_seconds=1.5)
        posted = post(hook, message_id="msg_1", at=NOON, ways=ways)

    assert (posted.status, posted.note) == (204, "")
    assert 500 <= posted.milliseconds < 1500


@pytest.mark.parametrize(
    "said", [b"no HTTP\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000, b"\0" * 70_000]
)
def test_an_answer_that_is_none_is_a_failure_and_stops_no_other(said):
    with listening(raw=said) as endpoint, listening() as sound:
        broken, other = make_hook(endpoint.url), make_hook(sound.url, endpoint="webhook:2")
        taken = run()

    assert (taken, state_of(broken)[0], state_of(other)[0]) == (1, "PENDING", "SENT")
    assert broken.tries.get().status is None


def test_a_connection_that_is_made_after_its_time_is_ended():
    def addresses():
        connection.cut_off()
        yield "127.0.0.1"

    with listening() as endpoint:
        connection = _Plain("late", endpoint.server_port, timeout=5, addresses=addresses())
        with pytest.raises(TimeoutError):
            connection.connect()
        connection.close()


@pytest.mark.parametrize("endpoints", [1, MOST])
def test_a_slow_endpoint_or_all_of_an_account_get_two_at_a_time_and_hold_up_no_other(endpoints):
    most = endpoints * MOST_EACH
    opens = Event()
    with listening(opens=opens) as slow, listening() as quick:
        # More than go at once, so that the quick one is behind all that the slow ones would take.
        many = [make_hook(slow.url, endpoint=f"webhook:{n % endpoints}") for n in range(60)]
        other = make_hook(quick.url, endpoint="webhook:quick")
        seen: list[tuple[int, int]] = []

        def clock() -> datetime:
            if quick.told and len(slow.told) == most and not opens.is_set():
                seen.append((len(slow.told), len(quick.told)))
                opens.set()
            return NOON

        assert deliver_hooks(at=NOON, clock=clock, ways=WAYS) == 61

    assert (seen, slow.most_at_once) == ([(most, 1)], most)
    assert {state_of(message) for message in [*many, other]} == {("SENT", 1, None)}


def test_what_another_run_has_under_way_counts_too():
    with listening() as endpoint:
        for _ in range(2):
            assert services.claim(message=make_hook(endpoint.url), at=NOON)
        waiting = make_hook(endpoint.url)

        assert run(NOON + SECOND) == 0

    assert (state_of(waiting)[0], endpoint.told) == ("PENDING", [])


def test_a_webhook_whose_worker_died_goes_out_again_under_the_same_name():
    with listening() as endpoint:
        message = make_hook(endpoint.url)
        services.claim(message=message, at=NOON)

        assert run(NOON + services.PAGE_LEASE - SECOND) == 0
        assert run(NOON + services.PAGE_LEASE) == 1

    assert state_of(message) == ("SENT", 2, None)
    assert [headers["webhook-id"] for headers, _ in endpoint.told] == [message.message_id]


def test_one_whose_worker_always_dies_comes_to_an_end():
    message = make_hook("http://127.0.0.1:1/", attempts=10)

    run()

    assert state_of(message) == ("DEAD", 11, None)
    assert message.last_error == "The last attempt did not come to an end."


def test_what_its_endpoint_does_not_take_any_more_is_withdrawn_and_counts_no_turn():
    with listening() as endpoint:
        gone = [make_hook(endpoint.url, more={"is_off": True}) for _ in range(40)]
        goes = make_hook(endpoint.url)

        assert run() == 1

    assert {(*state_of(message), message.last_error) for message in gone} == {
        ("WITHDRAWN", 1, None, "The endpoint was switched off.")
    }
    assert (state_of(goes), HookAttempt.objects.count()) == (("SENT", 1, None), 1)


def test_a_commit_nudges_the_worker_and_dead_webhooks_are_no_matter_of_ours(
    nudges, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        make_hook("http://127.0.0.1:1/", state="DEAD", due_at=None)

    assert nudges() == [HOOKS]
    assert (Message.objects.dead().count(), Message.objects.dead().for_us().count()) == (1, 0)
