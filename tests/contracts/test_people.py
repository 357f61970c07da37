"""People of an order, as those of them keep it who may manage users."""

from dataclasses import replace
from datetime import timedelta

import pytest

from apps.contracts.models import AuthorisedUser, User
from apps.contracts.queries.people import edition_of
from apps.contracts.services import (
    DashboardSuspended,
    Particulars,
    PersonRefused,
    add_person,
    bring_back_person,
    change_person,
    end_person,
    invite_again,
    set_standing,
)
from apps.outbox.models import Message
from apps.outbox.rendering import Withdrawn, render
from tests.factories import MORNING, make_order
from tests.portal_made import make_person

pytestmark = pytest.mark.django_db

LATER = MORNING + timedelta(hours=1)
OPENS = frozenset({"may_open", "sees_all_tickets"})
ROSA = Particulars("Rosa", "rosa@client.example.com", "", OPENS)


def make_manager(**facts):
    return make_person(**{"sees_all_tickets": True, **facts})


def told():
    return list(Message.objects.order_by("pk").values_list("topic", "recipient"))


def signed(person):
    rows = person.history.order_by("history_id")
    return list(rows.values_list("history_change_reason", "history_user", "history_date"))


def facts_of(person):
    return Particulars(person.name, person.email, person.phone, person.rights)


def change(person, by, at=LATER, **facts):
    to = replace(facts_of(person), **facts)
    return change_person(person=person, by=by, to=to, seen=edition_of(person), at=at)


@pytest.mark.clause("V-3.5")
def test_a_person_is_added_changed_ended_and_brought_back_and_told_each_time():
    nadia = make_manager()
    who = nadia.user.pk

    rosa = add_person(by=nadia, to=ROSA, at=MORNING)
    change(rosa, nadia, rights=frozenset({"may_open", "may_escalate"}))
    end_person(person=rosa, by=nadia, reason="Left us.", at=LATER)
    rosa.refresh_from_db()
    gone = (rosa.is_active, rosa.invited_at)
    seen = edition_of(rosa)
    bring_back_person(person=rosa, by=nadia, to=ROSA, seen=seen, reason="Again", at=LATER)

    rosa.refresh_from_db()
    assert (gone, rosa.is_active, facts_of(rosa)) == ((False, MORNING), True, ROSA)
    assert signed(rosa) == [
        ("Added in the portal", who, MORNING),
        ("Invited to the portal", who, MORNING),
        ("Changed in the portal", who, LATER),
        ("Left us.", who, LATER),
        ("Again", who, LATER),
        ("Invited to the portal", who, LATER),
    ]
    topics = ["person.invited", "person.changed", "person.ended", "person.invited"]
    assert told() == [(topic, ROSA.email) for topic in topics]


def test_who_has_joined_sits_again_once_they_are_back_and_what_is_not_so_is_not_sent():
    nadia = make_manager()
    otto = make_person(order=nadia.order)
    end_person(person=otto, by=nadia, reason="Away", at=MORNING)
    ended = Message.objects.get()
    first = render(topic=ended.topic, payload=ended.payload)

    bring_back_person(person=otto, by=nadia, to=facts_of(otto), seen=edition_of(otto), at=LATER)

    back = Message.objects.get(topic="person.changed")
    mail = render(topic=back.topic, payload=back.payload)
    assert list(AuthorisedUser.objects.of(otto.user)) == [otto]
    assert (nadia.name in first.text, mail.subject.partition(":")[0]) == (
        True,
        "Your seat is yours again",
    )
    with pytest.raises(Withdrawn):
        render(topic=ended.topic, payload=ended.payload)
    end_person(person=otto, by=nadia, reason="Away", at=LATER)
    with pytest.raises(Withdrawn):
        render(topic=back.topic, payload=back.payload)


def test_what_is_the_same_changes_nothing_and_tells_nobody():
    nadia = make_manager()
    otto = make_person(order=nadia.order)
    before = edition_of(otto)
    unwritten = make_person(order=nadia.order)
    AuthorisedUser.objects.filter(pk=unwritten.pk).update(email="nowhere")

    change(otto, nadia)
    change(otto, nadia, phone="+1 607 555 0101")
    end_person(person=unwritten, by=nadia, reason="No address", at=LATER)
    end_person(person=otto, by=nadia, reason="Left", at=LATER)
    end_person(person=otto, by=nadia, reason="Left", at=LATER)

    words = [row[0] for row in signed(otto) if row[2] == LATER]
    assert (words, told()) == (["Changed in the portal", "Left"], [("person.ended", otto.email)])
    assert before < edition_of(otto)


@pytest.mark.clause("V-3.5")
def test_under_another_address_somebody_else_sits_and_only_once_they_have_joined():
    nadia = make_manager()
    otto = make_person(order=nadia.order)

    change(otto, nadia, email="OTTO@client.example.com")

    otto.refresh_from_db()
    assert (otto.is_joined, otto.invited_at) == (False, LATER)
    assert list(AuthorisedUser.objects.of(otto.user)) == []
    assert told() == [
        ("person.ended", otto.joined_address),
        ("person.invited", "OTTO@client.example.com"),
    ]


@pytest.mark.clause("V-3.5")
def test_nobody_gives_what_they_have_not_themselves_by_whichever_way():
    """Not to a new person, a colleague, one who comes back, or under an address of their own."""
    nadia = make_manager(may_see_invoices=False)
    payer, plain = make_person(order=nadia.order), make_person(order=nadia.order)
    plain.may_see_invoices = False
    plain.save()
    old = make_person(order=nadia.order)
    end_person(person=old, by=nadia, reason="Left", at=MORNING)
    old.refresh_from_db()
    money = frozenset({"may_open", "may_see_invoices"})
    ways = [
        lambda: add_person(by=nadia, to=replace(ROSA, rights=money), at=LATER),
        lambda: change(plain, nadia, rights=money),
        lambda: change(payer, nadia, email="mine@client.example.com"),
        lambda: bring_back_person(
            person=old, by=nadia, to=facts_of(old), seen=edition_of(old), at=LATER
        ),
    ]
    refusals = []
    for way in ways:
        with pytest.raises(PersonRefused) as refusal:
            way()
        refusals.append((refusal.value.field, refusal.value.clause))

    change(payer, nadia, name="Payer")  # what they have stays
    change(payer, nadia, name="Payer", rights=frozenset({"may_open"}))  # and can be taken

    payer.refresh_from_db()
    assert refusals == [("may_see_invoices", "V-3.5")] * 4
    assert payer.rights == {"may_open"}


@pytest.mark.clause("V-3.5")
@pytest.mark.parametrize("way", ["ends", "gives it up", "moves"])
def test_the_last_who_manages_users_stays_while_nobody_else_has_joined(way):
    nadia = make_manager()
    rosa = add_person(by=nadia, to=replace(ROSA, rights=nadia.rights), at=MORNING)

    def leave():
        if way == "ends":
            return end_person(person=nadia, by=nadia, reason="Leaving", at=LATER)
        if way == "moves":
            return change(nadia, nadia, email="new@client.example.com")
        return change(nadia, nadia, rights=nadia.rights - {"may_manage_users"})

    with pytest.raises(PersonRefused, match="Nobody else who has joined"):
        leave()
    nadia.refresh_from_db()
    kept = (nadia.is_active, nadia.may_manage_users, nadia.is_joined)
    rosa.user = User.objects.create(username="rosa")
    rosa.joined_at, rosa.joined_address = MORNING, rosa.email
    rosa.save()

    leave()

    assert kept == (True, True, True)
    assert list(AuthorisedUser.objects.managing()) == [rosa]


ACTS = {
    "add": lambda by, person: add_person(by=by, to=ROSA, at=LATER),
    "change": lambda by, person: change(person, by, name="Otto"),
    "end": lambda by, person: end_person(person=person, by=by, reason="Left", at=LATER),
    "bring back": lambda by, person: bring_back_person(
        person=person, by=by, to=facts_of(person), seen=edition_of(person), at=LATER
    ),
    "invite again": lambda by, person: invite_again(person=person, by=by, at=LATER),
}


@pytest.mark.clause("S-12", "V-3.5")
@pytest.mark.parametrize("act", ACTS)
def test_no_act_while_the_dashboard_is_suspended_or_by_whoever_may_not(act):
    nadia = make_manager()
    otto = make_person(order=nadia.order)
    others = [
        make_person(order=nadia.order, may_manage_users=False),
        make_person(order=nadia.order),
        make_person(),
    ]
    others[1].is_active = False
    others[1].save()
    # Whoever manages another order's users adds there whom they like.
    for other in others[:2] if act == "add" else others:
        with pytest.raises(PersonRefused) as refusal:
            ACTS[act](other, otto)
        assert refusal.value.clause == "V-3.5"
    why = {"clause": "S-12", "why": "INV-1 is overdue.", "at": MORNING}
    set_standing(account=nadia.order.account, state="DASHBOARD_SUSPENDED", **why)

    with pytest.raises(DashboardSuspended) as suspended:
        ACTS[act](nadia, otto)

    otto.refresh_from_db()
    assert (suspended.value.clause, otto.is_active, told()) == ("S-12", True, [])
    assert AuthorisedUser.objects.filter(email=ROSA.email).count() == 0


def taken(nadia):
    return {"to": replace(ROSA, email=nadia.email.upper())}


def over(nadia):
    nadia.order.state = "TERMINATED"
    nadia.order.save()
    return {"to": ROSA}


REFUSED = {
    "an address that is there": (taken, "email", "already: Person"),
    "no address": (lambda _: {"to": replace(ROSA, email="rosa@")}, "email", "valid email"),
    "no name": (lambda _: {"to": replace(ROSA, name=" ")}, "name", "cannot be blank"),
    "no right": (lambda _: {"to": replace(ROSA, rights=frozenset({"root"}))}, "", "“root”"),
    "an order that is over": (over, "", "is terminated"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_nobody_is_added_with(case):
    nadia = make_manager()
    makes, field, words = REFUSED[case]

    with pytest.raises(PersonRefused, match=words) as refusal:
        add_person(by=nadia, at=LATER, **makes(nadia))

    assert (refusal.value.field, AuthorisedUser.objects.count(), told()) == (field, 1, [])


def test_a_refusal_says_what_to_do_instead():
    nadia = make_manager()
    otto, gone = make_person(order=nadia.order), make_person(order=nadia.order)
    end_person(person=gone, by=nadia, reason="Left", at=MORNING)
    gone.refresh_from_db()
    read = edition_of(otto)
    change(otto, nadia, phone="1")
    to = facts_of(otto)
    cases = {
        "bring them back": lambda: add_person(
            by=nadia, to=replace(ROSA, email=gone.email), at=LATER
        ),
        "Bring them back first": lambda: change(gone, nadia, name="X"),
        "Change them instead": lambda: ACTS["bring back"](nadia, otto),
        "changed .* meanwhile": lambda: change_person(
            person=otto, by=nadia, to=to, seen=read, at=LATER
        ),
        "Say why": lambda: end_person(person=otto, by=nadia, reason=" ", at=LATER),
        "in the portal since": lambda: invite_again(person=otto, by=nadia, at=LATER),
        "is not of": lambda: change(make_person(order=make_order()), nadia, name="X"),
    }
    for words, act in cases.items():
        with pytest.raises(PersonRefused, match=words):
            act()
