"""What monitoring systems post: Alertmanager's form and ours; nothing in it is trusted."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from apps.intake.rules.alerts import (
    AHEAD,
    LONGEST_VALUE,
    MOST_LABELS,
    Reading,
    UnreadablePost,
    read_post,
)

pytestmark = pytest.mark.clause("V-2-monitoring")
AT = datetime(2026, 3, 4, 14, tzinfo=UTC)
ALERT = {
    "status": "firing",
    "labels": {"alertname": "TrunkDown", "customer": "acme"},
    "annotations": {"summary": "Trunk down"},
    "startsAt": "2026-03-04T14:52:26.739266876+02:00",
    "endsAt": "0001-01-01T00:00:00Z",
    "generatorURL": "http://prometheus.example.com/graph",
    "fingerprint": "c6eadffa33fcdf37",
}


def read(*alerts, is_alertmanager=True, **more):
    sent = {"version": "4", "alerts": list(alerts), **more}
    return read_post(json.dumps(sent).encode(), is_alertmanager=is_alertmanager, at=AT)


def one(**changes):
    [reading] = read({**ALERT, **changes}).readings
    return reading


def test_alertmanagers_alert_is_read():
    assert one() == Reading(
        fingerprint="c6eadffa33fcdf37",
        is_firing=True,
        labels={"alertname": "TrunkDown", "customer": "acme"},
        notes={"summary": "Trunk down"},
        began_at=datetime(2026, 3, 4, 12, 52, 26, 739266, tzinfo=UTC),
    )
    assert one().title == "Trunk down"
    assert (one(status="FIRING"), one(status="Resolved").is_firing) == (one(), False)


def test_the_plain_form_is_an_alert_or_a_list_of_them():
    sent = {"status": "resolved", "fingerprint": "a", "summary": "Gone", "group": "g"}
    dated = {**sent, "labels": {"site": "north"}, "ends_at": "2026-03-04T13:00:00Z"}

    alone = read_post(json.dumps(dated).encode(), is_alertmanager=False, at=AT)

    assert alone == read(dated, is_alertmanager=False)
    [reading] = alone.readings
    assert (reading.is_firing, reading.title, reading.over_at) == (
        False,
        "Gone",
        datetime(2026, 3, 4, 13, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("sent", "read_as"),
    [
        (AT + AHEAD + timedelta(microseconds=1), AT),
        (AT + AHEAD, AT + AHEAD),
        (datetime(1969, 12, 31, 23, 59, tzinfo=UTC), None),
    ],
)
def test_a_clock_that_is_far_ahead_says_no_more_than_that_it_came(sent, read_as):
    assert one(startsAt=sent.isoformat()).began_at == read_as


@pytest.mark.parametrize("nothing", ["", None, "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+02:00"])
def test_no_instant_is_none(nothing):
    assert one(endsAt=nothing).over_at is None


def test_without_a_fingerprint_the_labels_name_it():
    first, again = one(fingerprint=None), one(fingerprint="", annotations={})

    assert first.fingerprint == again.fingerprint
    assert first.fingerprint != one(fingerprint="", labels={"alertname": "Other"}).fingerprint


def test_what_no_database_keeps_goes_and_what_is_too_long_is_cut_and_marked():
    odd = one(labels={"a\0b": "All\0 down \ud800.", "x": "y" * (LONGEST_VALUE + 1)})
    many = one(labels={f"l{number}": "v" for number in range(MOST_LABELS + 1)})
    whole = one(labels={f"l{number}": "v" * LONGEST_VALUE for number in range(MOST_LABELS)})

    assert (odd.labels, odd.is_cut) == ({"ab": "All down .", "x": "y" * LONGEST_VALUE}, True)
    assert (len(many.labels), many.is_cut) == (MOST_LABELS, True)
    assert whole.is_cut is False
    assert len(one(fingerprint="\0" + "f" * 5000).fingerprint) == 40


def test_an_alert_that_cannot_be_read_is_told_and_the_others_stand():
    found = read(
        7,
        {**ALERT, "status": "gone"},
        {**ALERT, "labels": {"a": 1}},
        {**ALERT, "labels": {}, "fingerprint": ""},
        {**ALERT, "startsAt": "yesterday"},
        {**ALERT, "startsAt": "2026-03-04T14:00:00"},
        {**ALERT, "fingerprint": 7},
        ALERT,
        truncatedAlerts=3,
    )

    assert [each.fingerprint for each in found.readings] == ["c6eadffa33fcdf37"]
    assert found.faults == (
        "Alert 1: it is no JSON object.",
        "Alert 2: “status” must be firing or resolved.",
        "Alert 3: “labels” must be an object of texts.",
        "Alert 4: it has neither “fingerprint” nor “labels”.",
        "Alert 5: “yesterday” is no instant such as 2026-11-28T21:30:00Z.",
        "Alert 6: “2026-03-04T14:00:00” says no zone, such as Z for UTC.",
        "Alert 7: “fingerprint” must be a text.",
    )
    assert found.left_out == 3


def test_very_many_faults_are_counted():
    faults = read(*[None] * 30).faults

    assert (len(faults), faults[-1]) == (21, "And 10 more.")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"\xff", "The body is no JSON."),
        (b"[" * 100_000, "The body is no JSON."),
        (b"1" * 5000, "The body is no JSON."),
        (b"[]", "The body must be a JSON object."),
        (b'{"version": "3", "alerts": []}', '“version” must be "4", as Alertmanager sends it.'),
        (b'{"version": "4", "alerts": {}}', "“alerts” must be a list."),
        (b'{"version": "4"}', "“alerts” must be a list."),
    ],
)
def test_a_post_of_another_form_is_refused_in_words(body, why):
    with pytest.raises(UnreadablePost) as refused:
        read_post(body, is_alertmanager=True, at=AT)

    assert str(refused.value) == why
