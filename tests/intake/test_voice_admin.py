"""The pages of voice messages: the list, each one, settling, and the operator's form."""

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from apps.intake.models import VoiceMessage
from apps.intake.services import Left, take_voice
from tests.calls_made import NIGHT, make_caller
from tests.factories import make_staff, make_ticket
from tests.on_call_made import make_ladder
from tests.tickets_admin.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.clause("S-2")]
LIST, ADD = (reverse(f"admin:intake_voicemessage_{name}") for name in ("changelist", "add"))
NUMBER = "+1 607 555 0101"


@pytest.fixture(autouse=True)
def night():
    make_ladder(make_staff(name="ana"))
    with time_machine.travel(NIGHT, tick=False):
        yield


def browser(*acts):
    user = make_staff()
    codenames = [f"{act}_voicemessage" for act in acts]
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = Client()
    client.force_login(user)
    return client, user


def take(**facts):
    given = {"left_at": NIGHT, "number": NUMBER, "transcript": "All <b>down</b>."}
    return take_voice(left=Left(**{**given, **facts}), source_key="webhook:1", at=NIGHT)


def page(voice, name="change"):
    return reverse(f"admin:intake_voicemessage_{name}", args=[voice.pk])


def test_an_operator_writes_one_down_and_it_pages():
    caller = make_caller(phone=NUMBER)
    client, me = browser("view", "add")
    given = {"act_key": "k", "number": "607 555 0101", "transcript": "All down."}

    answers = [client.post(ADD, given, follow=True) for _ in range(2)]

    voice = VoiceMessage.objects.get()
    assert (voice.person, voice.recorded_by, voice.left_at, voice.state) == (
        caller,
        me,
        NIGHT,
        "PAGED",
    )
    for answer in answers:
        assert f"{caller.email} is asked for a ticket." in text_of(answer)


def test_a_form_that_says_nothing_is_refused_and_keeps_what_was_typed():
    client, _ = browser("view", "add")

    answer = client.post(ADD, {"act_key": "k", "number": "607 555 0101"})

    assert answer.status_code == 422
    assert 'value="607 555 0101"' in answer.content.decode()


def test_the_form_is_for_those_who_may():
    assert browser("view")[0].get(ADD).status_code == 403


def test_the_list_shows_first_what_is_not_settled():
    client, _ = browser("view", "change")
    voice = take()

    assert NUMBER in text_of(client.get(LIST))
    client.post(page(voice, "settle"), {"outcome": "Called back"})
    assert NUMBER not in text_of(client.get(LIST))
    assert NUMBER in text_of(client.get(LIST, {"shown": "all"}))


def test_one_is_found_by_the_end_of_its_number():
    client, _ = browser("view")
    take()

    assert NUMBER in text_of(client.get(LIST, {"q": "555-0101"}))
    assert NUMBER not in text_of(client.get(LIST, {"q": "555-0109"}))


def test_its_page_says_why_it_paged_and_what_was_said():
    make_caller(phone=NUMBER)
    client, _ = browser("view")

    text = text_of(client.get(page(take())))

    assert "Wednesday 4 March 2026, 21:00 EST is outside of the standard hours" in text
    assert "All <b>down</b>." in text
    assert "again at 02:15" in text


def test_it_is_settled_by_its_ticket():
    caller = make_caller(phone=NUMBER)
    client, me = browser("view", "change")
    voice, ticket = take(), make_ticket(requester=caller, at=NIGHT)

    client.post(page(voice, "settle"), {"ticket": ticket.number})

    voice.refresh_from_db()
    assert (voice.ticket, voice.settled_by, voice.page.ticket) == (ticket, me, ticket)


def test_a_ticket_that_is_not_there_is_said_so():
    client, _ = browser("view", "change")

    answer = client.post(page(take(), "settle"), {"ticket": "FL-999999"}, follow=True)

    assert "There is no such ticket: write its number." in text_of(answer)


def test_only_who_may_change_settles():
    voice = take()

    assert browser("view")[0].post(page(voice, "settle"), {"outcome": "x"}).status_code == 403


@pytest.mark.parametrize(
    ("kind", "sent", "shown"),
    [
        ("audio/mpeg", "audio/mpeg", "inline"),
        ("application/octet-stream", "application/octet-stream", "attachment"),
    ],
)
def test_a_recording_is_sound_or_a_file_and_runs_nothing(kind, sent, shown):
    client, _ = browser("view")
    voice = take(recording=b"\0\1", recording_type=kind)

    answer = client.get(page(voice, "recording"))

    assert (answer.content, answer["Content-Type"]) == (b"\0\1", sent)
    assert answer["Content-Disposition"] == f"{shown}; filename=voice"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert client.get(page(voice)).status_code == 200


def test_an_unknown_caller_is_named_on_the_page():
    caller = make_caller()
    client, _ = browser("view", "change")
    voice = take()

    answer = client.post(page(voice, "caller"), {"address": caller.email}, follow=True)

    assert f"It is {caller}." in text_of(answer)
    assert VoiceMessage.objects.get().person == caller
    assert browser("view")[0].post(page(voice, "caller")).status_code == 403
