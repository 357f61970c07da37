"""The notice of a hand-over: when it counts as given, and what a late one does."""

from datetime import UTC, date, datetime, timedelta

import pytest

from apps.contracts.models import TamAssignment
from apps.contracts.queries import coming_handover, tam_now, tam_of
from apps.contracts.services import TamRefused, amend_order, note_notices, terminate_order
from apps.contracts.tasks import note_notices as note_notices_task
from apps.outbox.models import Message
from tests.factories import MORNING, make_client, make_policy, make_staff
from tests.tams_made import (
    CAIRN,
    NOTICE,
    TODAY,
    deliver,
    hand_over,
    mails,
    make_held,
    withdraw,
)

pytestmark = pytest.mark.django_db
EARLIEST = date(2026, 3, 13)  # nine days after TODAY
MOVED = "tam.handover_moved"
WITHDRAWN = "tam.handover_withdrawn"


def helsinki(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 3, day, hour - 2, minute, second, tzinfo=UTC)


def planned(*, users=1, starts_on=EARLIEST, by=None, tam=None):
    """An order with a TAM since the first of March, and a hand-over planned in the morning."""
    order = make_held(users=users, since=helsinki(1, 12))
    return hand_over(order, tam or make_staff(), starts_on, by=by)


def send(message, at):
    """What the outbox writes when the mail server has taken a mail."""
    Message.objects.filter(pk=message.pk).update(
        state="SENT", due_at=None, sent_at=at, last_error=""
    )


@pytest.mark.clause("V-6.6")
def test_once_noticed_the_hand_over_counts_on_its_day_by_itself():
    row = planned()
    order, before = row.order, tam_of(row.order, on=TODAY)
    deliver(at=MORNING)

    instants = [helsinki(12, 23, 59, 59), helsinki(13, 2) - timedelta(hours=2), helsinki(20, 12)]

    row.refresh_from_db()
    assert (row.noticed_at, row.starts_on, row.earliest_on) == (MORNING, EARLIEST, EARLIEST)
    assert [tam_now(order, at=at) for at in instants] == [before, row, row]
    assert [coming_handover(order, at=at) for at in instants] == [row, None, None]


@pytest.mark.clause("V-6.6")
def test_without_its_notice_it_never_begins():
    row = planned()
    before = tam_of(row.order, on=TODAY)

    found = note_notices(at=helsinki(20, 12))

    row.refresh_from_db()
    assert (found, row.noticed_at, row.starts_on) == (0, None, EARLIEST)
    assert tam_now(row.order, at=helsinki(20, 12)) == before
    assert coming_handover(row.order, at=helsinki(20, 12)) == row


@pytest.mark.clause("V-6.6")
@pytest.mark.parametrize(
    ("sent_at", "starts_on"),
    [
        (helsinki(4, 23, 59, 59), date(2026, 3, 13)),
        (helsinki(4, 23, 59, 59) + timedelta(seconds=1), date(2026, 3, 14)),
        (helsinki(13, 12), date(2026, 3, 22)),
        (helsinki(20, 12), date(2026, 3, 29)),
    ],
)
def test_a_notice_that_goes_out_late_puts_the_start_off(sent_at, starts_on):
    row = planned()
    send(mails(NOTICE)[0], sent_at)

    found = note_notices(at=sent_at + timedelta(days=30))

    row.refresh_from_db()
    assert (found, row.noticed_at, row.starts_on, row.earliest_on) == (
        1,
        sent_at,
        starts_on,
        starts_on,
    )


@pytest.mark.clause("V-6.6")
def test_a_notice_in_time_never_brings_the_start_forward():
    row = planned(starts_on=date(2026, 3, 30))

    deliver(at=MORNING)

    row.refresh_from_db()
    assert (row.starts_on, row.earliest_on) == (date(2026, 3, 30), EARLIEST)
    assert [len(mails(topic)) for topic in (NOTICE, MOVED)] == [1, 0]


@pytest.mark.clause("V-6.6")
def test_when_the_start_is_put_off_the_users_and_who_planned_it_are_told():
    by = make_staff()
    row = planned(users=2, by=by)
    send(mails(NOTICE)[0], helsinki(10, 12))

    note_notices(at=helsinki(10, 13))

    told = mails(NOTICE)[2:]
    history = row.history.latest("history_id")
    assert sorted(mail.recipient for mail in told) == sorted(
        user.email for user in row.order.authorised_users.all()
    )
    assert {mail.payload["starts_on"] for mail in told} == {"2026-03-19"}
    assert [mail.recipient for mail in mails(MOVED)] == [by.email]
    assert (history.history_user, history.history_date, history.history_change_reason) == (
        None,
        helsinki(10, 13),
        "The notice went out late: put off from 2026-03-13",
    )


@pytest.mark.clause("V-6.6")
@pytest.mark.parametrize("facts", [{"is_active": False}, {"email": ""}])
def test_who_planned_it_and_cannot_be_told_is_not_told(facts):
    row = planned(by=make_staff(**facts))
    send(mails(NOTICE)[0], helsinki(10, 12))

    assert (note_notices(at=helsinki(10, 13)), mails(MOVED)) == (1, [])
    row.refresh_from_db()
    assert row.starts_on == date(2026, 3, 19)


@pytest.mark.clause("V-6.6")
def test_the_first_mail_that_goes_out_is_the_notice():
    row = planned(users=3)
    _, second, third = mails(NOTICE)
    send(third, helsinki(5, 12))
    send(second, helsinki(6, 12))

    note_notices(at=helsinki(7, 12))

    row.refresh_from_db()
    assert (row.noticed_at, row.starts_on) == (helsinki(5, 12), date(2026, 3, 14))


@pytest.mark.clause("V-6.6")
@pytest.mark.parametrize("state", ["DEAD", "WITHDRAWN"])
def test_mails_that_never_go_out_are_no_notice(state):
    row = planned()
    Message.objects.filter(topic=NOTICE).update(state=state, due_at=None)

    assert note_notices(at=helsinki(20, 12)) == 0
    row.refresh_from_db()
    assert (row.noticed_at, row.starts_on) == (None, EARLIEST)


@pytest.mark.clause("V-6.6")
def test_a_second_sweep_finds_nothing_to_do():
    row = planned()
    send(mails(NOTICE)[0], helsinki(10, 12))

    found = [note_notices(at=helsinki(10, 13)), note_notices(at=helsinki(25, 13))]

    row.refresh_from_db()
    assert (found, row.starts_on) == ([1, 0], date(2026, 3, 19))
    assert [len(mails(topic)) for topic in (NOTICE, MOVED)] == [2, 1]


@pytest.mark.clause("V-6.6")
def test_what_was_withdrawn_takes_no_notice():
    row = withdraw(planned())
    send(mails(NOTICE)[0], MORNING)

    assert note_notices(at=helsinki(5, 12)) == 0
    row.refresh_from_db()
    assert row.noticed_at is None


@pytest.mark.clause("V-6.6")
def test_one_that_waits_does_not_hold_up_another():
    waiting, noticed = planned(), planned()
    send(mails(NOTICE)[1], MORNING)

    assert note_notices(at=helsinki(5, 12)) == 1
    rows = TamAssignment.objects.filter(needs_notice=True).order_by("pk")
    assert [row.noticed_at for row in rows] == [None, MORNING]
    assert [row.pk for row in rows] == [waiting.pk, noticed.pk]


@pytest.mark.clause("V-6.6")
@pytest.mark.parametrize(
    ("changes", "starts_on"),
    [
        ({"notice_days = 9": "notice_days = 14"}, date(2026, 3, 18)),
        ({"notice_days = 9": "notice_days = 0"}, EARLIEST),
    ],
)
def test_the_days_are_those_of_the_policy_that_holds_when_the_notice_goes_out(changes, starts_on):
    row = planned()
    cairn = CAIRN.read_text("utf-8").replace("dated_on = 2025-12-15", "dated_on = 2025-12-16")
    version = make_policy(text=cairn, changes=changes)
    amend_order(
        order=row.order,
        revision=row.order.revision,
        terms={"version": version, "plan": version.plans.get(key="summit")},
        dated_on=TODAY,
        reason="New policy",
        by=make_staff(),
        at=MORNING,
    )

    deliver(at=MORNING)

    row.refresh_from_db()
    assert row.starts_on == starts_on


@pytest.mark.clause("V-6.6")
def test_without_a_day_of_notice_two_never_begin_on_one_day():
    version = make_policy(
        text=CAIRN.read_text("utf-8"), changes={"notice_days = 9": "notice_days = 0"}
    )
    order = make_held(version=version, plan="summit", since=helsinki(1, 12))
    row = hand_over(order, make_staff(), TODAY)
    begins_today = make_held(version=version, plan="summit")

    deliver(at=MORNING)

    assert tam_now(order, at=MORNING) == row
    with pytest.raises(TamRefused) as refused:
        hand_over(begins_today, make_staff(), TODAY)
    assert str(refused.value) == (
        f"Another assignment of {begins_today} begins on 2026-03-04. "
        "Look at the order again, or choose another day."
    )


@pytest.mark.clause("V-6.6")
def test_those_who_may_have_been_told_are_told_that_it_does_not_take_place():
    row = planned(users=2)
    send(mails(NOTICE)[0], MORNING)
    row.order.authorised_users.update(is_active=False)

    withdraw(row)

    assert sorted(mail.recipient for mail in mails(WITHDRAWN)) == sorted(
        user.email for user in row.order.authorised_users.all()
    )


@pytest.mark.clause("V-6.6")
def test_those_who_were_told_of_a_first_tam_hear_that_they_do_not_begin():
    order = make_held(since=helsinki(6, 12))  # begins in two days

    withdraw(coming_handover(order, at=MORNING))

    assert [mail.recipient for mail in mails(WITHDRAWN)] == [order.authorised_users.get().email]


def addresses(row, topic=NOTICE):
    mine = [mail for mail in mails(topic) if mail.payload["assignment_id"] == row.pk]
    return [mail.recipient for mail in mine]


@pytest.mark.clause("V-6.6")
def test_who_comes_to_the_order_before_a_hand_over_begins_is_told_once():
    row = planned()
    first = row.order.authorised_users.get().email
    deliver(at=MORNING)
    make_client(order=row.order, email="new@client.example.com")
    back = make_client(order=row.order, email="back@client.example.com", is_active=False)

    for at in (helsinki(5, 12), helsinki(6, 12)):
        note_notices(at=at)
    type(back).objects.filter(pk=back.pk).update(is_active=True)
    for at in (helsinki(12, 23, 59), helsinki(12, 23, 59, 59)):
        note_notices(at=at)

    row.refresh_from_db()
    assert addresses(row) == [first, "new@client.example.com", "back@client.example.com"]
    assert (row.noticed_at, row.starts_on) == (MORNING, EARLIEST)


@pytest.mark.clause("V-6.6")
def test_who_has_another_address_is_told_there_and_once():
    row = planned()
    user = row.order.authorised_users.get()
    before = user.email
    for email in ("other@client.example.com", before, "third@client.example.com"):
        type(user).objects.filter(pk=user.pk).update(email=email)
        for hour in (10, 11):
            note_notices(at=helsinki(5, hour))

    assert addresses(row) == [before, "other@client.example.com", "third@client.example.com"]


@pytest.mark.clause("V-6.6")
@pytest.mark.parametrize("over", ["begun", "withdrawn", "terminated"])
def test_of_what_has_begun_or_does_not_take_place_newcomers_hear_nothing(over):
    row = planned()
    deliver(at=MORNING)
    at = helsinki(13, 2) - timedelta(hours=2) if over == "begun" else helsinki(5, 12)
    if over == "withdrawn":
        withdraw(row)
    if over == "terminated":
        terminate_order(order=row.order, reason="Unpaid", by=make_staff(), at=MORNING)
    make_client(order=row.order)

    note_notices(at=at)

    assert len(addresses(row)) == 1


@pytest.mark.clause("V-6.4")
def test_newcomers_are_told_of_a_first_tam_who_has_not_begun():
    order = make_held(since=helsinki(6, 12))
    make_client(order=order, email="new@client.example.com")
    row = coming_handover(order, at=MORNING)

    note_notices(at=helsinki(5, 12))
    make_client(order=order, email="late@client.example.com")
    note_notices(at=helsinki(6, 2) - timedelta(hours=2))

    assert addresses(row, "tam.assigned")[1:] == ["new@client.example.com"]


@pytest.mark.clause("V-6.6")
def test_after_a_withdrawal_the_same_hand_over_is_announced_anew():
    row = planned()
    order, tam = row.order, row.tam
    withdraw(row)

    again = hand_over(order, tam, EARLIEST)

    assert [mail.payload["assignment_id"] for mail in mails(NOTICE)] == [row.pk, again.pk]


@pytest.mark.clause("V-6.6")
def test_the_task_does_it_now(time_machine):
    row = planned()
    send(mails(NOTICE)[0], helsinki(5, 11))
    time_machine.move_to(helsinki(5, 12), tick=False)

    note_notices_task()

    row.refresh_from_db()
    assert (row.noticed_at, row.history.latest("history_id").history_date) == (
        helsinki(5, 11),
        helsinki(5, 12),
    )
