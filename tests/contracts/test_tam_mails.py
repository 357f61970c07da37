"""How the mails about a hand-over read, whole, and when they are not sent any more."""

from datetime import UTC, date, datetime

import pytest

from apps.contracts.models import Order
from apps.contracts.services import note_notices
from apps.outbox.models import Message
from apps.outbox.rendering import Withdrawn, render
from apps.outbox.services import deliver_pending
from tests.factories import MORNING, make_client, make_staff
from tests.tams_made import assign, hand_over, mails, make_held, make_tam_order, withdraw

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 13)
LATE = datetime(2026, 3, 10, 12, tzinfo=UTC)


def planned(*, contacts=None, nobody=False, users=1) -> Order:
    order = make_tam_order(time_zone="Europe/Helsinki")
    for _ in range(users):
        make_client(order=order)
    assign(order, make_staff(name="grace"), phone="030 7", chat="#grace")
    follows = None if nobody else make_staff(name="mary")
    hand_over(order, follows, DAY, **(contacts or {}))
    return order


def rendered(message: Message):
    return render(topic=message.topic, payload=message.payload)


def not_sent(message: Message) -> str:
    with pytest.raises(Withdrawn) as reason:
        rendered(message)
    return str(reason.value)


@pytest.mark.clause("V-6.6", "V-6.4", "V-3.7")
def test_the_notice_carries_the_new_tams_contacts_and_the_day():
    order = planned(contacts={"phone": "030 8", "chat": "#mary"})

    found = rendered(mails("tam.replaced")[0])

    assert found.text == (
        "Your technical account manager changes.\n"
        "\n"
        f"Order:   {order} ({order.account})\n"
        "From:    Fri 13 Mar 2026, Europe/Helsinki\n"
        "Name:    mary\n"
        "E-mail:  next@provider.example.com\n"
        "Phone:   030 8\n"
        "Chat:    #mary\n"
        "\n"
        "Until then grace is there for you as before.\n"
    )
    assert (found.subject, found.reply_to, found.language, found.automatic) == (
        f"[{order}] Your technical account manager: mary from Fri 13 Mar 2026 on",
        ("care@cairn.example.com",),
        "fi",
        True,
    )


@pytest.mark.clause("V-6.6")
def test_where_nobody_follows_it_says_where_to_write():
    order = planned(nobody=True)

    found = rendered(mails("tam.replaced")[0])

    assert found.text == (
        "You will no longer have a technical account manager.\n"
        "\n"
        f"Order:   {order} ({order.account})\n"
        "From:    Fri 13 Mar 2026, Europe/Helsinki\n"
        "\n"
        "Until then grace is there for you as before.\n"
        "From that day on, write to care@cairn.example.com.\n"
    )


@pytest.mark.clause("V-6.6")
def test_a_day_that_was_put_off_is_said_to_be_later_to_those_who_were_told_another():
    planned(users=2)
    told, untold = mails("tam.replaced")
    Message.objects.filter(pk=told.pk).update(state="SENT", due_at=None, sent_at=LATE)
    note_notices(at=LATE)

    late, first_heard = (rendered(mail).text.splitlines()[:4] for mail in mails("tam.replaced")[2:])

    assert late[1] == "The day is a later one than we wrote to you before."
    assert (first_heard[1], first_heard[3]) == ("", "From:    Thu 19 Mar 2026, Europe/Helsinki")
    assert not_sent(untold) == "The hand-over was put off to 2026-03-19."


@pytest.mark.clause("V-6.6")
def test_who_planned_it_reads_the_new_day():
    order = planned()
    Message.objects.update(state="SENT", due_at=None, sent_at=LATE)
    note_notices(at=LATE)

    found = rendered(mails("tam.handover_moved")[0])

    assert found.text == (
        "The notice of a hand-over went out late, so the hand-over is put off.\n"
        "\n"
        f"Order:       {order} ({order.account})\n"
        "Takes over:  mary\n"
        "From:        Thu 19 Mar 2026, Europe/Helsinki\n"
        "\n"
        "The client is told the new day. Until then grace stays the TAM.\n"
        "\n"
        f"http://127.0.0.1:8000/admin/contracts/order/{order.pk}/change/\n"
    )
    assert found.subject == f"[{order}] Hand-over put off to Thu 19 Mar 2026"


@pytest.mark.clause("V-6.6")
def test_a_withdrawal_says_who_stays():
    order = planned()
    deliver_pending(at=MORNING)
    withdraw(order.tam_assignments.get(needs_notice=True))

    found = rendered(mails("tam.handover_withdrawn")[0])

    assert found.text == (
        "We wrote to you that mary would be your technical account manager from\n"
        "Fri 13 Mar 2026 on. This does not take place.\n"
        "\n"
        f"Order:   {order} ({order.account})\n"
        "Name:    grace\n"
        "E-mail:  tam@provider.example.com\n"
        "Phone:   030 7\n"
        "Chat:    #grace\n"
        "\n"
        "grace stays your technical account manager.\n"
    )
    assert found.subject == f"[{order}] Your technical account manager stays"


@pytest.mark.clause("V-6.6")
def test_who_was_never_told_hears_neither_of_it_nor_of_its_end(mailoutbox):
    order = planned()
    withdraw(order.tam_assignments.get(needs_notice=True))

    deliver_pending(at=MORNING)

    told = Message.objects.exclude(topic="tam.assigned").order_by("pk")
    states = told.values_list("topic", "state", "last_error")
    assert (list(states), len(mailoutbox)) == (
        [
            ("tam.replaced", "WITHDRAWN", "The hand-over does not take place."),
            ("tam.handover_withdrawn", "WITHDRAWN", "They were never told of the hand-over."),
        ],
        1,  # who the first TAM is
    )


@pytest.mark.clause("V-6.6")
def test_nobody_is_told_of_the_put_off_hand_over_that_was_withdrawn():
    order = planned()
    Message.objects.update(state="SENT", due_at=None, sent_at=LATE)
    note_notices(at=LATE)
    withdraw(order.tam_assignments.get(needs_notice=True), at=LATE)

    assert not_sent(mails("tam.handover_moved")[0]) == "The hand-over does not take place."


@pytest.mark.clause("V-6.6")
def test_the_client_of_an_order_that_is_over_is_told_nothing():
    order = planned()
    Order.objects.filter(pk=order.pk).update(state="TERMINATED")

    assert not_sent(mails("tam.replaced")[0]) == "The order is over."


@pytest.mark.clause("V-6.6")
def test_the_mails_go_out(mailoutbox):
    order = make_held()
    hand_over(order, make_staff(name="mary"), DAY)

    assert deliver_pending(at=MORNING) == 2
    assert [mail.to for mail in mailoutbox] == [[order.authorised_users.get().email]] * 2


@pytest.mark.clause("V-6.1", "V-6.4")
def test_the_first_tam_is_told_of_with_the_day_and_how_they_are_reached():
    order = planned()

    found = rendered(mails("tam.assigned")[0])

    assert found.text == (
        "You have a technical account manager.\n"
        "\n"
        f"Order:   {order} ({order.account})\n"
        "From:    Wed 4 Mar 2026, Europe/Helsinki\n"
        "Name:    grace\n"
        "E-mail:  tam@provider.example.com\n"
        "Phone:   030 7\n"
        "Chat:    #grace\n"
    )
    assert found.subject == f"[{order}] Your technical account manager: grace"


@pytest.mark.clause("V-6.6")
def test_a_first_tam_who_was_told_of_and_withdrawn_is_taken_back():
    order = make_tam_order()
    make_client(order=order)
    row = assign(order, make_staff(name="grace"), starts_on=date(2026, 3, 6))
    deliver_pending(at=MORNING)
    withdraw(row)

    found = rendered(mails("tam.handover_withdrawn")[0])

    assert found.subject == f"[{order}] No technical account manager yet"
    assert found.text == (
        "We wrote to you that grace would be your technical account manager from\n"
        "Fri 6 Mar 2026 on. This does not take place.\n"
        "\n"
        f"Order:   {order} ({order.account})\n"
    )


@pytest.mark.clause("V-6.6")
def test_after_a_time_without_a_tam_the_notice_says_that_there_is_one_again():
    order = make_held()
    hand_over(order, None, DAY)
    deliver_pending(at=MORNING)
    note_notices(at=MORNING)
    at = datetime(2026, 3, 14, 12, tzinfo=UTC)
    assign(order, make_staff(name="mary"), at=at, starts_on=date(2026, 3, 23))

    found = rendered(mails("tam.replaced")[1])

    assert found.text == (
        "You have a technical account manager again.\n"
        "\n"
        f"Order:   {order} ({order.account})\n"
        "From:    Mon 23 Mar 2026, Europe/Helsinki\n"
        "Name:    mary\n"
        "E-mail:  tam@provider.example.com\n"
    )
