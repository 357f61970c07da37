"""In which hours one of ours hears of what happened."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from apps.contracts.models import User
from apps.escalation.models import NoticeHours, StaffContact
from apps.escalation.queries.notices import heard_from
from apps.outbox.models import Message
from apps.outbox.pushing import push_of
from apps.outbox.rendering import Withdrawn
from apps.outbox.services import deliver_pending
from apps.tickets.models import Deadline, Ticket
from apps.tickets.services import sweep_deadlines
from tests.factories import make_staff, make_ticket

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
# A Friday, 18:00 in New York: five hours behind UTC.
FRIDAY_EVENING = datetime(2026, 3, 6, 23, tzinfo=UTC)
MONDAY = datetime(2026, 3, 9, 13, tzinfo=UTC)  # 09:00: on Sunday the clocks went forward


def in_new_york(**changes) -> User:
    user = make_staff()
    user.time_zone = "America/New_York"
    user.save()
    NoticeHours.objects.create(user=user, **{"opens": time(9), "closes": time(18)} | changes)
    return user


def asked(user: User, at: datetime, **payload: int) -> datetime | None:
    return heard_from(address=user.email, payload=payload, at=at)


def test_outside_of_their_hours_a_person_hears_of_it_when_they_begin_in_their_own_zone():
    user = in_new_york()

    assert asked(user, FRIDAY_EVENING - SECOND) is None
    assert asked(user, FRIDAY_EVENING) == MONDAY
    assert asked(user, MONDAY - SECOND) == MONDAY
    assert asked(user, MONDAY) is None


def test_hours_may_run_over_midnight():
    user = in_new_york(days="5", opens=time(20), closes=time(6))

    begins = FRIDAY_EVENING + timedelta(hours=2)
    assert asked(user, begins - SECOND) == begins
    assert asked(user, begins + timedelta(hours=10) - SECOND) is None
    assert asked(user, begins + timedelta(hours=10)) == begins + timedelta(days=7) - timedelta(
        hours=1
    )


def test_who_has_set_no_hours_hears_of_it_at_once():
    assert asked(make_staff(), FRIDAY_EVENING) is None


@pytest.mark.parametrize(("severity", "waits_until"), [("urgent", None), ("normal", MONDAY)])
def test_what_is_of_the_first_priority_is_told_at_any_hour(severity, waits_until):
    user, ticket = in_new_york(), make_ticket()
    chosen = ticket.version.severities.order_by("rank")
    ticket.severity = chosen.first() if severity == "urgent" else chosen.last()
    ticket.save()
    deadline = ticket.deadlines.first()
    event = ticket.events.first()

    for payload in ({"ticket_id": ticket.pk}, {"deadline_id": deadline.pk}, {"event_id": event.pk}):
        assert asked(user, FRIDAY_EVENING, **payload) == waits_until
    assert asked(user, FRIDAY_EVENING, deadline_id=0) == MONDAY


def test_twenty_deadlines_missed_in_one_sweep_are_one_mail_to_each_person():
    managers = [make_staff(is_duty_manager=True) for _ in range(2)]
    for _ in range(20):
        make_ticket()
    late = Deadline.objects.order_by("-due_at")[0].due_at + SECOND

    swept = sweep_deadlines(at=late)
    deliver_pending(at=late)

    told = [sent for sent in mail.outbox if sent.to[0] in {each.email for each in managers}]
    assert swept.missed >= 20
    assert Message.objects.filter(topic="deadline.missed").count() == 2 * swept.missed
    # Fifty go into one mail.
    in_each = -(-swept.missed // 50)
    assert sorted(sent.to[0] for sent in told) == sorted(
        each.email for each in managers for _ in range(in_each)
    )


def test_a_notice_that_waited_goes_out_when_the_hours_begin():
    user = in_new_york()
    user.groups.add(*make_staff(is_duty_manager=True).groups.all())
    ticket = make_ticket()
    Ticket.objects.update(severity=ticket.version.severities.order_by("rank").last())
    Deadline.objects.update(due_at=FRIDAY_EVENING, next_at=FRIDAY_EVENING, warn_at=None)
    sweep_deadlines(at=FRIDAY_EVENING + SECOND)

    deliver_pending(at=FRIDAY_EVENING + SECOND)
    before = [sent.to for sent in mail.outbox].count([user.email])
    deliver_pending(at=MONDAY)

    assert (before, [sent.to for sent in mail.outbox].count([user.email])) == (0, 1)


def signed_in(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def test_everybody_sets_their_own_hours_and_finds_them_again():
    user = make_staff()
    browser = signed_in(user)
    mine = reverse("admin:escalation_noticehours_mine")
    add = reverse("admin:escalation_noticehours_add")

    assert browser.get(mine)["Location"] == add
    data = {"days": ["5", "1"], "opens": "08:00", "closes": "16:30"}
    assert browser.post(add, data).status_code == 302

    hours = NoticeHours.objects.get()
    assert (hours.user, hours.days, hours.opens, hours.closes) == (
        user,
        "15",
        time(8),
        time(16, 30),
    )
    change = reverse("admin:escalation_noticehours_change", args=[hours.pk])
    assert browser.get(mine)["Location"] == change
    assert browser.get(add)["Location"] == change
    assert browser.post(add, data)["Location"] == change
    assert browser.post(change, data | {"days": []}).status_code == 200
    assert browser.post(change, data | {"days": ["8"]}).status_code == 200
    assert NoticeHours.objects.get().days == "15"


def test_nobody_sees_another_persons_hours_but_an_administrator():
    theirs = NoticeHours.objects.create(user=make_staff())
    page = reverse("admin:escalation_noticehours_change", args=[theirs.pk])

    assert signed_in(make_staff()).get(page).status_code == 302  # “perhaps it was deleted”
    assert signed_in(make_staff(is_superuser=True)).get(page).status_code == 200
    post = {"days": ["1"], "opens": "08:00", "closes": "16:30"}
    signed_in(make_staff()).post(page, post)
    theirs.refresh_from_db()
    assert theirs.days == "12345"


def contact(user: User, label: str, **facts) -> StaffContact:
    return StaffContact.objects.create(user=user, label=label, address="json://hook", **facts)


def test_what_a_mail_of_notices_said_reaches_the_services_that_were_chosen_for_that():
    manager = make_staff(is_duty_manager=True)
    chosen = contact(manager, "Chat", takes_notices=True)
    contact(manager, "Pager"), contact(make_staff(), "Chat", takes_notices=True)
    contact(manager, "Old", takes_notices=True, is_active=False)
    make_ticket()
    late = Deadline.objects.order_by("-due_at")[0].due_at + SECOND
    sweep_deadlines(at=late)

    deliver_pending(at=late)
    deliver_pending(at=late)

    [sent] = [each for each in mail.outbox if each.to == [manager.email]]
    [push] = Message.objects.filter(channel=Message.Channel.PUSH)
    assert (push.topic, push.recipient) == ("contact.notice", f"{manager.username}: Chat")
    assert push.payload == {
        "contact_id": chosen.pk,
        "title": sent.subject,
        "text": sent.body[:1500],
    }
    said = push_of(topic=push.topic, payload=push.payload)
    assert (said.address, said.title) == ("json://hook", sent.subject)
    chosen.delete()
    with pytest.raises(Withdrawn):
        push_of(topic=push.topic, payload=push.payload)


def test_a_person_chooses_which_services_notices_go_to():
    user = make_staff(is_duty_manager=True)
    own, other = contact(user, "Chat"), contact(make_staff(), "Chat")
    browser, page = signed_in(user), reverse("admin:escalation_rotation_contacts")

    for act, found in (("notices", True), ("notices", True), ("pages", False)):
        browser.post(page, {"contact": own.pk, "act": act})
        own.refresh_from_db()
        assert own.takes_notices is found
    browser.post(page, {"contact": other.pk, "act": "notices"})
    other.refresh_from_db()
    assert other.takes_notices is False
