"""The webhook of monitoring: known by a secret, bounded; a post is kept before it is answered."""

import pytest
from django.test import Client
from django.urls import reverse

from apps.intake.models import MonitoringPost
from apps.intake.services import end_secret, forget_posts, make_secret
from apps.intake.services.monitoring import HEAD, KEPT
from apps.tickets.services import Refused
from tests.factories import MORNING
from tests.monitoring_made import MINUTE, alert, make_shown, make_source, payload, post

pytestmark = [pytest.mark.django_db, pytest.mark.clause("V-2-monitoring")]


@pytest.fixture
def source():
    return make_source(key="prometheus")


def send(body, *, secret, key="prometheus", scheme="Bearer"):
    headers = {"authorization": f"{scheme} {secret}"} if secret else {}
    return Client(enforce_csrf_checks=True).post(
        reverse("monitoring_webhook", args=[key]), body, "application/json", headers=headers
    )


def test_a_post_is_kept_as_it_came(source, django_assert_num_queries):
    secret, body = make_shown(source), payload(alert(), alert("f2"))

    with django_assert_num_queries(2):
        answer = send(body, secret=secret)

    kept = MonitoringPost.objects.get()
    assert (answer.status_code, answer.json()) == (202, {"id": kept.pk, "alerts": 2})
    assert (bytes(kept.raw), kept.state, kept.source) == (body, "RECEIVED", source)


def test_two_secrets_hold_while_one_is_changed(source):
    old, new = make_shown(source), make_shown(source)
    with pytest.raises(Refused, match="Two secrets hold already"):
        make_secret(source=source, by=source.author, at=MORNING)
    assert [send(payload(), secret=each).status_code for each in (old, new)] == [202, 202]

    end_secret(secret=source.secrets.get(hint=old[-4:]), by=source.author, at=MORNING)

    assert [send(payload(), secret=each).status_code for each in (old, new)] == [401, 202]


@pytest.mark.parametrize("what", ["none", "wrong", "scheme", "other", "off", "unknown"])
def test_who_does_not_show_the_sources_own_secret_is_not_heard(source, what):
    secret, key, scheme = make_shown(source), "prometheus", "Bearer"
    if what == "off":
        source.is_active = False
        source.save()
    secret = {"none": "", "wrong": "flm_" + "x" * 43, "other": make_shown(make_source())}.get(
        what, secret
    )
    key = {"unknown": "nobody"}.get(what, key)
    scheme = {"scheme": "Basic"}.get(what, scheme)

    answer = send(payload(), secret=secret, key=key, scheme=scheme)

    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (
        401,
        'Bearer realm="monitoring"',
    )
    assert MonitoringPost.objects.count() == 0


def test_it_is_bounded_and_the_bound_itself_fits(source, settings):
    secret, body = make_shown(source), payload(alert())
    settings.MONITORING_MAX_BYTES = len(body)

    assert send(body, secret=secret).status_code == 202
    assert send(body + b" ", secret=secret).status_code == 413
    kept = MonitoringPost.objects.first()
    assert (kept.state, bytes(kept.raw), kept.is_cut) == ("TOO_BIG", body + b" ", False)


def test_what_cannot_be_read_is_refused_in_words_and_its_head_is_kept(source):
    answer = send(b"x" * (HEAD + 1), secret=make_shown(source))

    kept = MonitoringPost.objects.get()
    assert (answer.status_code, answer.json()) == (400, {"error": "The body is no JSON."})
    assert (kept.state, kept.faults, len(kept.raw), kept.is_cut) == (
        "UNREADABLE",
        ["The body is no JSON."],
        HEAD,
        True,
    )


def test_posts_are_forgotten_but_not_before_they_are_read(source):
    unread = post(source, at=MORNING)
    read = [post(source, at=MORNING), post(source, at=MORNING + MINUTE)]
    MonitoringPost.objects.filter(pk__in=[each.pk for each in read]).update(state="READ")

    assert forget_posts(at=MORNING + KEPT) == 0
    assert forget_posts(at=MORNING + KEPT + MINUTE) == 1
    assert set(MonitoringPost.objects.all()) == {unread, read[1]}


def test_only_post_is_answered(source):
    assert Client().get(reverse("monitoring_webhook", args=["prometheus"])).status_code == 405
