"""Pages: up the ladder until somebody has it in hand, and never twice to the same rung."""

from datetime import timedelta

import pytest

from apps.escalation.models import Page
from apps.escalation.services.overrides import override
from apps.escalation.services.paging import (
    Climbed,
    acknowledge,
    climb_due,
    join_ticket,
    ladder_for,
    raise_page,
)
from apps.escalation.services.reaching import add_contact, remove_contact
from apps.outbox.models import Message
from apps.outbox.pushing import push_of
from apps.outbox.rendering import Withdrawn, render
from apps.tickets.services import Refused
from tests.factories import make_order, make_staff, make_ticket
from tests.on_call_made import MONDAY, make_ladder, make_rotation

pytestmark = [pytest.mark.django_db, pytest.mark.clause("S-2", "S-3")]
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


@pytest.fixture
def ana():
    return make_staff(name="ana")


@pytest.fixture
def ben():
    return make_staff(name="ben")


@pytest.fixture(autouse=True)
def boss():
    return make_staff(name="boss", is_duty_manager=True)


def page_of(ladder, *, key="alert", at=MONDAY):
    return raise_page(key=key, subject="Line down", text="Help.", ladder=ladder, at=at)


def told(topic="page.raised"):
    rows = Message.objects.filter(topic=topic).order_by("pk")
    return list(rows.values_list("recipient", "channel", "created_at"))


def test_whoever_is_on_call_is_told_at_once_by_mail_and_by_push(ana):
    contact = add_contact(user=ana, label="Hook", address="json://127.0.0.1/secret")

    page = page_of(make_ladder(make_rotation(ana)))

    assert told() == [
        ("ana@provider.example.com", "PAGE", MONDAY),
        ("ana: Hook", "PUSH", MONDAY),
    ]
    assert (page.state, page.step, page.next_at) == ("OPEN", 1, MONDAY + 10 * MINUTE)
    push = Message.objects.get(channel="PUSH")
    assert "secret" not in str(push.payload)
    assert push_of(topic=push.topic, payload=push.payload).address == contact.address


def test_the_same_alert_pages_once(ana):
    ladder = make_ladder(ana)

    assert page_of(ladder) == page_of(ladder, at=MONDAY + MINUTE)
    assert len(told()) == 1


def test_it_climbs_when_the_wait_is_over_and_not_before(ana, ben):
    page_of(make_ladder(ana, ben))

    assert climb_due(at=MONDAY + 10 * MINUTE - SECOND) == Climbed()
    assert climb_due(at=MONDAY + 10 * MINUTE) == Climbed(told=1)
    assert climb_due(at=MONDAY + 10 * MINUTE) == Climbed()
    assert [recipient for recipient, *_ in told()] == [ana.email, ben.email]


def test_a_tick_that_comes_late_gives_the_next_one_the_whole_wait(ana, ben):
    page_of(make_ladder(ana, ben))
    late = MONDAY + 45 * MINUTE

    assert climb_due(at=late) == Climbed(told=1)

    assert Page.objects.get().next_at == late + 10 * MINUTE


def test_once_somebody_has_it_in_hand_nobody_else_is_told(ana, ben):
    page = page_of(make_ladder(ana, ben))

    assert acknowledge(page=page, by=ana, at=MONDAY + MINUTE)
    assert not acknowledge(page=page, by=ben, at=MONDAY + 2 * MINUTE)

    assert climb_due(at=MONDAY + 60 * MINUTE) == Climbed()
    page.refresh_from_db()
    assert (page.state, page.acknowledged_by, page.acknowledged_at) == (
        "ACKNOWLEDGED",
        ana,
        MONDAY + MINUTE,
    )
    message = Message.objects.get()
    with pytest.raises(Withdrawn):
        render(topic=message.topic, payload=message.payload)


def test_a_rung_that_nobody_has_costs_no_time(ben):
    page = page_of(make_ladder(make_rotation(), ben))

    assert [recipient for recipient, *_ in told()] == [ben.email]
    assert list(page.steps.values_list("step", "user", "why")) == [
        (0, None, "Nobody is on call."),
        (1, ben.pk, "Named on the ladder."),
    ]


def test_who_has_no_address_that_works_is_passed_over(ben):
    mute = make_staff(name="mute", email="")

    page = page_of(make_ladder(mute, ben))

    assert list(page.steps.values_list("user", "why")) == [
        (None, "mute has no address that works."),
        (ben.pk, "Named on the ladder."),
    ]


def test_who_took_the_hours_is_told_and_who_has_the_turn_is_not(ana, ben):
    rotation = make_rotation(ana)
    hours = {"starts_at": MONDAY, "ends_at": MONDAY + 60 * MINUTE}
    override(rotation=rotation, user=ben, by=ana, at=MONDAY, **hours)

    page = page_of(make_ladder(rotation))

    assert [recipient for recipient, *_ in told()] == [ben.email]
    assert page.steps.get().why == "Agreed to be on call."


def test_a_rotation_is_asked_anew_at_each_rung(ana, ben):
    rotation = make_rotation(ana, ben)
    page = page_of(make_ladder(rotation, rotation), at=MONDAY + timedelta(days=7) - 5 * MINUTE)

    climb_due(at=page.next_at)

    assert [recipient for recipient, *_ in told()] == [ana.email, ben.email]


def test_a_change_of_the_ladder_holds_for_the_next_page(ana, ben):
    ladder = make_ladder(ana, ana)
    page_of(ladder)
    ladder.rungs.update(user=ben)

    climb_due(at=MONDAY + 10 * MINUTE)

    assert [recipient for recipient, *_ in told()] == [ana.email, ana.email]


def test_the_ladder_is_gone_through_as_often_as_it_says_and_then_the_managers_are_told(ana, boss):
    page_of(make_ladder(ana, rounds=2))

    assert climb_due(at=MONDAY + 10 * MINUTE) == Climbed(told=1)
    assert climb_due(at=MONDAY + 20 * MINUTE) == Climbed(given_up=1)
    assert climb_due(at=MONDAY + 30 * MINUTE) == Climbed()

    page = Page.objects.get()
    assert (page.state, page.given_up_at) == ("UNANSWERED", MONDAY + 20 * MINUTE)
    assert told("page.given_up") == [(boss.email, "PAGE", MONDAY + 20 * MINUTE)]
    assert acknowledge(page=page, by=boss, at=MONDAY + 21 * MINUTE)


@pytest.mark.parametrize("has_ladder", [True, False])
def test_that_nobody_could_be_told_is_an_alarm_of_its_own(boss, has_ladder):
    ladder = make_ladder(make_rotation()) if has_ladder else None

    page = page_of(ladder)

    assert (page.state, page.given_up_at) == ("UNTOLD", MONDAY)
    assert told() == []
    assert told("page.given_up") == [(boss.email, "PAGE", MONDAY)]
    message = Message.objects.get()
    email = render(topic=message.topic, payload=message.payload)
    assert email.subject == "Nobody could be told: Line down"


def test_the_mail_has_the_link(ana):
    page_of(make_ladder(ana))
    message = Message.objects.get()

    email = render(topic=message.topic, payload=message.payload)

    assert email.subject == "Page: Line down"
    assert "http://127.0.0.1:8000/pages/" in email.text


def test_what_waits_for_a_contact_that_is_gone_is_withdrawn(ana):
    contact = add_contact(user=ana, label="Hook", address="json://127.0.0.1/secret")
    page_of(make_ladder(ana))
    remove_contact(contact=contact)

    push = Message.objects.get(channel="PUSH")

    with pytest.raises(Withdrawn):
        push_of(topic=push.topic, payload=push.payload)


def test_a_page_belongs_to_one_ticket(ana):
    page, ticket, other = page_of(make_ladder(ana)), make_ticket(), make_ticket()

    join_ticket(page=page, ticket=ticket)
    join_ticket(page=page, ticket=ticket)

    with pytest.raises(Refused):
        join_ticket(page=page, ticket=other)
    page.refresh_from_db()
    assert page.ticket == ticket


def test_the_ladder_is_the_policys_or_the_default_one(ana):
    policy = make_order().version.policy
    default, own = make_ladder(ana), make_ladder(ana, is_default=False, policy=policy)

    assert ladder_for(policy_id=policy.pk) == own
    assert ladder_for(policy_id=policy.pk + 1) == default
    assert ladder_for(policy_id=None) == default


def test_a_thousand_pages_are_climbed_in_batches(ana, monkeypatch):
    monkeypatch.setattr("apps.escalation.services.paging.BATCH", 3)
    ladder = make_ladder(ana, ana)
    for number in range(7):
        page_of(ladder, key=f"alert:{number}")

    assert climb_due(at=MONDAY + 10 * MINUTE) == Climbed(told=7)
    assert climb_due(at=MONDAY + 10 * MINUTE) == Climbed()


@pytest.mark.parametrize("address", ["nosuch://token", "json", "", "x" * 2000])
def test_an_address_that_is_of_no_service_is_refused(ana, address):
    with pytest.raises(Refused) as refusal:
        add_contact(user=ana, label="Hook", address=address)

    assert str(refusal.value).startswith("This address is of no service that is known")


def test_two_contacts_of_one_name_are_refused(ana):
    add_contact(user=ana, label="Hook", address="json://127.0.0.1/secret")

    with pytest.raises(Refused) as refusal:
        add_contact(user=ana, label=" Hook ", address="json://127.0.0.1/other")

    assert str(refusal.value) == "You have one that is called “Hook”: choose another name."


def test_a_duty_manager_whose_address_takes_no_mail_holds_up_no_page(ana, ben):
    make_staff(name="odd", email='"a b"@provider.example.com', is_duty_manager=True)
    ends = page_of(make_ladder(ana), key="1")
    climbs = page_of(make_ladder(ana, ben, is_default=False), key="2")

    assert climb_due(at=MONDAY + 10 * MINUTE) == Climbed(told=1, given_up=1)

    assert told("page.given_up") == [
        ("boss@provider.example.com", "PAGE", MONDAY + 10 * MINUTE),
    ]
    assert list(Page.objects.order_by("key").values_list("pk", "state")) == [
        (ends.pk, "UNANSWERED"),
        (climbs.pk, "OPEN"),
    ]


@pytest.mark.parametrize("is_named", [True, False])
def test_who_is_no_staff_any_more_is_not_paged(ana, ben, is_named):
    rung = ana if is_named else make_rotation(ana)
    type(ana).objects.filter(pk=ana.pk).update(is_staff=False)

    page_of(make_ladder(rung, ben))

    assert told() == [("ben@provider.example.com", "PAGE", MONDAY)]


def test_a_long_name_without_an_address_costs_no_page(ben):
    long = make_staff(name="long", email="")
    type(long).objects.filter(pk=long.pk).update(first_name="x" * 150, last_name="y" * 150)

    page_of(make_ladder(long, ben))

    assert told() == [("ben@provider.example.com", "PAGE", MONDAY)]
