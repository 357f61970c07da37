"""The race: posts answered, read and handled, against reading the same JSON."""

import json
from collections.abc import Callable
from itertools import count
from time import perf_counter

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.intake.models import Alert, MonitoringPost
from apps.intake.services import handle_alerts, read_posts
from apps.tickets.models import Message, Ticket
from tests.benchmarks.harness import Ratio, medians
from tests.factories import MORNING
from tests.monitoring_made import alert, make_shown, make_source, make_watched, payload

FLOOD, POSTS, ROUNDS = 10_000, 100, 5
ANSWERED, WORKED, STATEMENTS, OF_REPEATS, WRITTEN = 3, 150, 34, 7, 21
_serial = count()


def run() -> list[Ratio]:
    """Answer and work off a flood in one post, some rounds; then one in many posts."""
    call_command("migrate", verbosity=0)
    make_watched()
    source = make_source()
    secret = make_shown(source)
    url, browser = reverse("monitoring_webhook", args=[source.key]), Client(SERVER_NAME="127.0.0.1")
    headers = {"authorization": f"Bearer {secret}"}

    def send(body: bytes) -> None:
        answer = browser.post(url, body, "application/json", headers=headers)
        if answer.status_code != 202:
            raise RuntimeError(answer.content)

    bodies = [_flood(FLOOD) for _ in range(ROUNDS)]
    waiting = iter(bodies)
    answered, parsed = medians(lambda: send(next(waiting)), lambda: json.loads(bodies[0]), ROUNDS)
    worked = sorted(_timed(_work_off_one) for _ in range(ROUNDS))[ROUNDS // 2]
    send(_flood(FLOOD))
    most = _statements(_work_off)
    repeat = bodies[0]
    send(repeat)
    again = _statements(_work_off)
    before = Message.objects.count()
    many = [_flood(FLOOD // POSTS) for _ in range(POSTS)]
    started = perf_counter()
    for body in many:
        send(body)
        _work_off()
    each = (perf_counter() - started) / POSTS
    said = Message.objects.count()
    size = len(bodies[0]) / 1_000_000
    note = f"{answered * 1000:.0f} ms for {FLOOD:,} alerts, {size:.1f} MB"
    return [
        Ratio("answering a post / reading its JSON", answered / parsed, ANSWERED, False, note),
        Ratio(
            "working it off / reading its JSON",
            worked / parsed,
            WORKED,
            False,
            f"{FLOOD / worked:,.0f} alerts a second",
        ),
        Ratio("statements for 10,000 new alerts", most, STATEMENTS, False),
        Ratio("statements for 10,000 repeats", again, OF_REPEATS, False),
        Ratio(
            "messages of all these alerts",
            said,
            WRITTEN,
            False,
            f"{Alert.objects.count():,} alerts, {Ticket.objects.count()} ticket,"
            f" {said - before} of {POSTS} posts of {FLOOD // POSTS}, {each * 1000:.0f} ms each",
        ),
    ]


def _flood(size: int) -> bytes:
    return payload(*(alert(f"f{next(_serial)}", instance=f"10.0.{n}") for n in range(size)))


def _work_off() -> None:
    read_posts()
    handle_alerts(at=MORNING)


def _work_off_one() -> None:
    """Work off the oldest post that waits, and leave the others."""
    first = MonitoringPost.objects.unread().order_by("pk").values("pk")[:1]
    others = MonitoringPost.objects.unread().exclude(pk__in=first)
    keys = list(others.values_list("pk", flat=True))
    MonitoringPost.objects.filter(pk__in=keys).update(state=MonitoringPost.State.FAILED)
    _work_off()
    MonitoringPost.objects.filter(pk__in=keys).update(state=MonitoringPost.State.RECEIVED)


def _timed(act: Callable[[], object]) -> float:
    started = perf_counter()
    act()
    return perf_counter() - started


def _statements(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as caught:
        act()
    return len([each for each in caught if each["sql"] not in ("BEGIN", "COMMIT")])
