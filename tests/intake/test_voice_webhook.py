"""The webhook of voice messages: signed, bounded, and the same id is the same message."""

import json
from base64 import b64encode

import pytest
import time_machine
from django.test import Client
from django.test.client import encode_multipart
from django.urls import reverse

from apps.intake.models import VoiceMessage
from apps.intake.rules.webhooks import signature_of
from tests.calls_made import NIGHT
from tests.factories import make_preset, make_staff
from tests.on_call_made import make_ladder

pytestmark = [pytest.mark.django_db, pytest.mark.clause("S-2")]
URL = reverse("voice_webhook")
SECRET = b"s" * 24
DATA = {
    "from": "+49 30 1234567",
    "caller": "Eve",
    "left_at": "2026-03-05T01:59:00Z",
    "transcript": "All down.",
    "recording_url": "https://phone.example.com/r/1",
}


@pytest.fixture(autouse=True)
def ready(settings):
    settings.VOICE_WEBHOOK_SECRETS = [SECRET]
    make_preset(slug="skyswitch-support-2017")
    make_ladder(make_staff())
    with time_machine.travel(NIGHT, tick=False):
        yield


def send(body, *, key="msg_1", secret=SECRET, content_type="application/json", **headers):
    body = (
        json.dumps({"type": "voicemail.received", "data": body}) if isinstance(body, dict) else body
    )
    raw = body.encode() if isinstance(body, str) else body
    timestamp = str(int(NIGHT.timestamp()))
    signed = {
        "webhook-id": key,
        "webhook-timestamp": timestamp,
        "webhook-signature": signature_of(
            message_id=key, timestamp=timestamp, body=raw, secret=secret
        ),
    }
    client = Client(enforce_csrf_checks=True)
    return client.post(URL, raw, content_type=content_type, headers={**signed, **headers})


def test_a_signed_message_is_taken_and_pages():
    answer = send(DATA)

    voice = VoiceMessage.objects.get()
    assert (answer.status_code, answer.json()) == (200, {"id": voice.pk, "paged": True})
    assert (voice.source_key, voice.caller, voice.number, voice.recording_url) == (
        "webhook:msg_1",
        "Eve",
        "+49 30 1234567",
        "https://phone.example.com/r/1",
    )
    assert (voice.left_at.isoformat(), voice.came_at) == ("2026-03-05T01:59:00+00:00", NIGHT)


def test_a_replay_is_the_same_message_and_answered_alike():
    first, second = send(DATA), send({**DATA, "transcript": "Else."})

    assert first.json() == second.json()
    assert VoiceMessage.objects.get().transcript == "All down."


def test_a_recording_comes_as_base64():
    send({**DATA, "recording": {"content_type": "audio/mpeg", "base64": "AAEC"}})

    voice = VoiceMessage.objects.get()
    assert (bytes(voice.recording), voice.recording_type) == (b"\0\1\2", "audio/mpeg")


def test_a_recording_comes_as_a_file_and_what_is_no_sound_is_a_plain_file(tmp_path):
    file = tmp_path / "voice.html"
    file.write_bytes(b"<script>")
    with file.open("rb") as opened:
        body = encode_multipart("line", {"event": json.dumps({"data": DATA}), "recording": opened})

    answer = send(body, content_type="multipart/form-data; boundary=line")

    voice = VoiceMessage.objects.get()
    assert answer.status_code == 200
    assert (bytes(voice.recording), voice.recording_type) == (
        b"<script>",
        "application/octet-stream",
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"secret": b"x" * 24},
        {"webhook-id": "msg_2"},
        {"webhook-timestamp": "1"},
        {"webhook-signature": ""},
    ],
)
def test_what_is_not_signed_is_not_taken(changes):
    assert send(DATA, **changes).status_code == 401
    assert VoiceMessage.objects.count() == 0


def test_without_a_secret_nothing_is_there(settings):
    settings.VOICE_WEBHOOK_SECRETS = []

    assert send(DATA).status_code == 404


def test_the_secret_before_this_one_still_counts(settings):
    settings.VOICE_WEBHOOK_SECRETS = [b"n" * 24, SECRET]

    assert send(DATA).status_code == 200


def test_it_is_bounded_and_the_bound_itself_fits(settings):
    whole = json.dumps({"type": "voicemail.received", "data": DATA})
    settings.VOICE_MAX_BYTES = len(whole)

    assert send(whole).status_code == 200
    assert send(whole + " ", key="msg_2").status_code == 413


def test_more_than_django_reads_by_itself_is_taken():
    sound = b64encode(bytes(4_000_000)).decode()

    answer = send({**DATA, "recording": {"content_type": "audio/wav", "base64": sound}})

    assert answer.status_code == 200
    assert len(VoiceMessage.objects.get().recording) == 4_000_000


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("no json", "The event is no JSON."),
        ("[" * 100_000, "The event is no JSON."),
        ("[]", "The event has no data."),
        ('{"data": 1}', "The event has no data."),
        ({**DATA, "from": 7}, "from must be a text of 40 characters at most."),
        ({**DATA, "from": "1" * 41}, "from must be a text of 40 characters at most."),
        ({**DATA, "transcript": ["x"]}, "transcript must be a text."),
        (
            {**DATA, "left_at": "yesterday"},
            "left_at must be an instant such as 2026-11-28T21:30:00Z.",
        ),
        (
            {**DATA, "left_at": "2026-13-05T01:59:00Z"},
            "left_at must be an instant such as 2026-11-28T21:30:00Z.",
        ),
        (
            {**DATA, "left_at": "2026-03-05T01:59:00"},
            "left_at must be an instant such as 2026-11-28T21:30:00Z.",
        ),
        (
            {**DATA, "recording_url": "javascript:alert(1)"},
            "recording_url must be an address of the web.",
        ),
        ({**DATA, "recording": {"base64": "%"}}, "recording.base64 is no base64."),
        ({"from": "1"}, "It says nothing: give a transcript, a recording, or its address."),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(body, why):
    answer = send(body)

    assert (answer.status_code, answer.json()) == (400, {"error": why})
    assert VoiceMessage.objects.count() == 0


def test_characters_that_no_database_keeps_are_left_out():
    send({**DATA, "transcript": "All\0 down \ud800."})

    assert VoiceMessage.objects.get().transcript == "All down ."


def test_only_post_is_answered():
    assert Client().get(URL).status_code == 405
