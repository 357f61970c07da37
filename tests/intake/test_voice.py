"""Voice messages: they page outside of the standard hours, and a ticket has to follow."""

from datetime import timedelta

import pytest

from apps.escalation.models import Page
from apps.escalation.services.paging import acknowledge
from apps.intake.models import VoiceMessage
from apps.intake.services import (
    Followed,
    Left,
    caller_at,
    follow_voice,
    know_caller,
    settle_voice,
    take_voice,
)
from apps.outbox.models import Message
from apps.outbox.rendering import Withdrawn, render
from apps.tickets.services import Refused
from tests.calls_made import NIGHT, make_caller
from tests.factories import (
    MORNING,
    make_client,
    make_order,
    make_policy,
    make_preset,
    make_staff,
    make_ticket,
)
from tests.on_call_made import make_ladder

pytestmark = [pytest.mark.django_db, pytest.mark.clause("S-2")]
MINUTE = timedelta(minutes=1)
NUMBER = "+1 (607) 555-0101"


@pytest.fixture
def ana():
    """Ana stands on the only ladder."""
    ana = make_staff(name="ana")
    make_ladder(ana)
    return ana


@pytest.fixture
def caller(ana):
    return make_caller(phone="607.555.0101")


def left(**facts):
    return Left(**{"left_at": NIGHT, "number": NUMBER, "transcript": "All down.", **facts})


def take(*, at=NIGHT, key="webhook:1", **facts):
    return take_voice(left=left(**{"left_at": at, **facts}), source_key=key, at=at)


def mails(topic):
    rows = Message.objects.filter(topic=topic).order_by("pk")
    return list(rows.values_list("recipient", "created_at"))


def test_outside_of_the_standard_hours_it_pages_whoever_is_on_call(caller, ana):
    voice = take()

    assert (voice.state, voice.person, voice.page.subject) == (
        "PAGED",
        caller,
        "Voice message of Ada Client",
    )
    assert "All down." in voice.page.text
    assert mails("page.raised") == [(ana.email, NIGHT)]
    assert mails("voice.ticket_asked") == [(caller.email, NIGHT)]
    assert [step["clause"] for step in voice.steps] == ["S-2"]


def test_inside_of_them_it_waits_to_be_answered(caller):
    voice = take(at=MORNING)

    assert (voice.state, voice.page, voice.next_at) == ("WAITING", None, None)
    assert Message.objects.count() == 0
    assert voice.steps[0]["text"].startswith("Wednesday 4 March 2026, 09:00 EST is inside")


@pytest.mark.parametrize(
    ("at", "pages"),
    [
        (NIGHT - timedelta(hours=1, seconds=1), False),
        (NIGHT - timedelta(hours=1), True),  # at closing time nobody is there any more
    ],
)
def test_the_closing_instant_is_outside(caller, at, pages):
    assert (take(at=at).page is not None) == pages


def test_the_same_message_again_is_the_same_and_pages_once(caller):
    first, second = take(), take(at=NIGHT + MINUTE)

    assert first == second
    assert (VoiceMessage.objects.count(), Page.objects.count()) == (1, 1)
    assert len(mails("page.raised")) == 1


def test_an_unknown_caller_pages_too_and_nobody_is_asked(ana):
    make_preset(slug="skyswitch-support-2017")

    voice = take(number="+49 30 1234567")

    assert (voice.state, voice.person, voice.next_at) == ("PAGED", None, None)
    assert mails("voice.ticket_asked") == []
    assert voice.page.subject == "Voice message of +49 30 1234567"


def test_a_number_that_two_people_have_is_nobodys(caller):
    make_caller(phone=NUMBER, email="other@client.example.com")

    assert caller_at(NUMBER) is None


def test_who_is_a_user_of_two_orders_is_one_person(caller):
    ended = make_caller(phone=NUMBER, email=caller.email.upper())
    type(ended.order).objects.filter(pk=ended.order_id).update(state="DRAFT")

    assert caller_at("607 555 0101") == caller


@pytest.mark.parametrize("number", ["", "0101", "anonymous", "+1 607 555 0102"])
def test_a_number_that_nobody_has_leads_to_nobody(caller, number):
    assert caller_at(number) is None


def test_who_is_no_user_any_more_is_not_known(caller):
    caller.is_active = False
    caller.save()

    assert caller_at(NUMBER) is None


def test_that_nobody_can_be_paged_is_an_alarm(caller, ana):
    boss = make_staff(is_duty_manager=True)
    ana.is_active = False
    ana.save()

    voice = take()

    assert voice.page.state == "UNTOLD"
    assert mails("page.given_up") == [(boss.email, NIGHT)]


def test_the_caller_is_reminded_as_the_policy_says_and_no_more(caller):
    make_staff(name="boss", is_duty_manager=True)
    take()

    assert follow_voice(at=NIGHT + 15 * MINUTE - timedelta(seconds=1)) == Followed()
    assert follow_voice(at=NIGHT + 15 * MINUTE) == Followed(chased=1)
    assert follow_voice(at=NIGHT + 15 * MINUTE) == Followed()
    assert follow_voice(at=NIGHT + 30 * MINUTE) == Followed(chased=1)
    assert follow_voice(at=NIGHT + 60 * MINUTE) == Followed(chased=1)
    assert follow_voice(at=NIGHT + 600 * MINUTE) == Followed()

    assert len(mails("voice.ticket_asked")) == 4
    assert mails("voice.ticket_missing") == [("boss@provider.example.com", NIGHT + 60 * MINUTE)]


def test_a_tick_that_comes_late_reminds_once(caller):
    take()

    assert follow_voice(at=NIGHT + 45 * MINUTE) == Followed(chased=1)

    voice = VoiceMessage.objects.get()
    assert (voice.chased, voice.next_at) == (2, NIGHT + 60 * MINUTE)
    first, second = Message.objects.filter(topic="voice.ticket_asked").order_by("pk")
    with pytest.raises(Withdrawn):
        render(topic=first.topic, payload=first.payload)
    email = render(topic=second.topic, payload=second.payload)
    assert email.subject == "Still missing: Please open a ticket for your voice message"
    assert email.reply_to == (caller.order.version.support_address,)


def test_who_has_the_page_in_hand_hears_that_the_ticket_is_missing(caller, ana):
    make_staff(is_duty_manager=True)
    acknowledge(page=take().page, by=ana, at=NIGHT + MINUTE)

    follow_voice(at=NIGHT + 60 * MINUTE)

    assert mails("voice.ticket_missing") == [(ana.email, NIGHT + 60 * MINUTE)]


@pytest.mark.parametrize("change", [{"is_active": False}, {"email": '"a b"@example.com'}])
def test_where_who_has_it_in_hand_cannot_be_told_the_duty_managers_are(caller, ana, change):
    boss = make_staff(is_duty_manager=True)
    acknowledge(page=take().page, by=ana, at=NIGHT + MINUTE)
    type(ana).objects.filter(pk=ana.pk).update(**change)

    follow_voice(at=NIGHT + 60 * MINUTE)

    assert mails("voice.ticket_missing") == [(boss.email, NIGHT + 60 * MINUTE)]


def test_the_ticket_that_comes_is_joined_and_nobody_is_asked_again(caller):
    voice = take()
    ticket = make_ticket(requester=caller, at=NIGHT + 5 * MINUTE)

    assert follow_voice(at=NIGHT + 15 * MINUTE) == Followed(joined=1)
    assert follow_voice(at=NIGHT + 30 * MINUTE) == Followed()

    voice.refresh_from_db()
    assert (voice.state, voice.ticket, voice.page.ticket, voice.settled_at) == (
        "SETTLED",
        ticket,
        ticket,
        NIGHT + 15 * MINUTE,
    )
    message = Message.objects.get(topic="voice.ticket_asked")
    with pytest.raises(Withdrawn):
        render(topic=message.topic, payload=message.payload)


def test_a_ticket_of_a_colleague_under_the_order_is_the_one_too(caller):
    take()
    make_ticket(requester=make_client(order=caller.order), at=NIGHT + MINUTE)

    assert follow_voice(at=NIGHT + 2 * MINUTE) == Followed(joined=1)


def test_neither_an_earlier_ticket_nor_one_of_others_is_the_one(caller):
    make_ticket(requester=caller, at=NIGHT - MINUTE)
    take()
    make_ticket(requester=make_caller(), at=NIGHT + MINUTE)

    assert follow_voice(at=NIGHT + 2 * MINUTE) == Followed()


def test_a_policy_without_the_rule_asks_for_no_ticket(ana):
    version = make_policy()
    assert not version.rules.filter(key="on_call").exists()
    caller = make_client(order=make_order(version=version))
    caller.phone = NUMBER
    caller.save()

    voice = take()

    assert (voice.state, voice.next_at) == ("PAGED", None)
    assert mails("voice.ticket_asked") == []


def test_staff_settle_it_by_a_ticket_or_in_words(caller, ana):
    first, second = take(), take(key="webhook:2")
    ticket = make_ticket(requester=caller, at=NIGHT + MINUTE)

    settle_voice(voice=first, by=ana, at=NIGHT + MINUTE, ticket=ticket)
    settle_voice(voice=second, by=ana, at=NIGHT + MINUTE, outcome="Called back: works again")

    first.page.refresh_from_db()
    assert first.page.ticket == ticket
    with pytest.raises(Refused):
        settle_voice(voice=second, by=ana, at=NIGHT + MINUTE, outcome="Again")
    assert follow_voice(at=NIGHT + 60 * MINUTE) == Followed()


def test_what_became_of_it_must_be_said(caller, ana):
    with pytest.raises(Refused) as refusal:
        settle_voice(voice=take(), by=ana, at=NIGHT, outcome=" ")

    assert str(refusal.value) == "Say what became of it, or name its ticket."


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"transcript": " "}, "It says nothing: give a transcript, a recording, or its address."),
        (
            {"left_at": NIGHT + 11 * MINUTE},
            "The caller spoke in the future: look at the clock of who sends this.",
        ),
        (
            {"left_at": NIGHT - timedelta(days=32)},
            "A voice message is taken within 31 days.",
        ),
    ],
)
def test_nonsense_is_refused(facts, why):
    with pytest.raises(Refused) as refusal:
        take_voice(left=left(**facts), source_key="webhook:1", at=NIGHT)

    assert str(refusal.value) == why


def test_who_is_known_only_later_is_asked_for_a_ticket_then(ana):
    caller = make_caller()
    voice = take(number="anonymous")

    voice = know_caller(voice=voice, address=f" {caller.email} ", at=NIGHT + 20 * MINUTE)

    assert (voice.person, voice.next_at) == (caller, NIGHT + 35 * MINUTE)
    assert mails("voice.ticket_asked") == [(caller.email, NIGHT + 20 * MINUTE)]
    assert follow_voice(at=NIGHT + 20 * MINUTE) == Followed()
    assert follow_voice(at=NIGHT + 35 * MINUTE) == Followed(chased=1)
    with pytest.raises(Refused):
        know_caller(voice=voice, address=caller.email, at=NIGHT)


def test_a_stranger_is_nobodys_caller(ana):
    with pytest.raises(Refused) as refusal:
        know_caller(voice=take(), address="eve@example.net", at=NIGHT)

    assert str(refusal.value) == (
        "No active authorised user has this address: look it up at their order."
    )


def test_who_settles_a_message_has_its_page_in_hand(caller, ana):
    voice = take()
    settle_voice(voice=voice, by=ana, at=NIGHT + MINUTE, outcome="Called back: works again")

    page = Page.objects.get()
    assert (page.state, page.acknowledged_by, page.acknowledged_at, page.next_at) == (
        "ACKNOWLEDGED",
        ana,
        NIGHT + MINUTE,
        None,
    )
