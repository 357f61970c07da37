"""A slip in a TAM's contacts is put right without a hand-over, and told to whom it concerns."""

from datetime import date, timedelta

import pytest

from apps.contracts import services
from apps.contracts.models import TamAssignment
from apps.outbox.models import Message
from apps.outbox.rendering import Withdrawn, render
from tests.factories import MORNING, make_client, make_staff
from tests.tams_made import deliver, hand_over, mails, make_held, refusal, signed, withdraw

pytestmark = [pytest.mark.django_db, pytest.mark.clause("V-6.4")]
TOPIC = "tam.contacts_corrected"
DAY = date(2026, 3, 13)
SOON = MORNING + timedelta(minutes=5)


def correct(assignment, *, at=SOON, **facts):
    given = {
        "email": "right@provider.example.com",
        "phone": "030 9",
        "chat": "#right",
        "reason": "A typo",
        "by": None,
        **facts,
    }
    given["by"] = given["by"] or make_staff()
    return services.correct_contacts(assignment=assignment, at=at, **given)


def text_of(message: Message) -> str:
    return render(topic=message.topic, payload=message.payload).text


def test_the_contacts_of_who_holds_are_corrected_and_every_user_is_told():
    order = make_held(tam=make_staff(name="grace"), users=2)
    make_client(order=order, is_active=False)
    (before,) = order.tam_assignments.all()
    by = make_staff()

    row = correct(before, by=by)

    row.refresh_from_db()
    assert (row.email, row.phone, row.chat) == ("right@provider.example.com", "030 9", "#right")
    assert (row.tam, row.starts_on, row.made_at) == (before.tam, before.starts_on, before.made_at)
    assert signed(row) == (by, SOON, "A typo")
    people = order.authorised_users.filter(is_active=True).order_by("pk")
    assert [mail.recipient for mail in mails(TOPIC)] == [person.email for person in people]
    assert text_of(mails(TOPIC)[0]) == (
        "This is how you reach grace, your technical account manager.\n"
        "It replaces what we told you before.\n"
        "\n"
        f"Order:   {order} ({order.account})\n"
        "E-mail:  right@provider.example.com\n"
        "Phone:   030 9\n"
        "Chat:    #right\n"
    )


def test_of_who_follows_only_those_are_told_who_heard_the_old_contacts():
    order = make_held()
    row = hand_over(order, make_staff(name="mary"), DAY)
    deliver(at=MORNING)
    make_client(order=order)

    correct(row, chat="", phone="")

    (mail,) = mails(TOPIC)
    assert text_of(mail).splitlines()[0] == (
        "This is how you reach mary, your technical account manager from Fri 13 Mar 2026 on."
    )


def test_a_notice_that_has_not_gone_out_carries_the_right_contacts_and_needs_no_second_mail():
    row = hand_over(make_held(), make_staff(name="mary"), DAY)

    correct(row)

    (notice,), (mail,) = mails("tam.replaced"), mails(TOPIC)
    assert "E-mail:  right@provider.example.com" in text_of(notice).splitlines()
    with pytest.raises(Withdrawn, match="never told"):
        text_of(mail)


def test_only_the_last_of_two_corrections_is_sent():
    (row,) = make_held().tam_assignments.all()

    correct(row)
    correct(row, phone="030 10")

    first, second = mails(TOPIC)
    with pytest.raises(Withdrawn, match="once more"):
        text_of(first)
    assert "Phone:   030 10" in text_of(second).splitlines()


def test_of_a_hand_over_that_is_withdrawn_meanwhile_nothing_is_said():
    row = hand_over(make_held(), make_staff(), DAY)
    deliver(at=MORNING)
    correct(row)

    withdraw(row, at=SOON)

    with pytest.raises(Withdrawn, match="does not take place"):
        text_of(mails(TOPIC)[0])


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"reason": " "}, "Say why: the history keeps it."),
        ({"email": " "}, "Say at which mail address the client reaches the TAM."),
        (
            {"email": "tam@provider.example.com", "phone": " ", "chat": ""},
            "These are the contacts already. Change what is wrong.",
        ),
        ({"email": "nowhere"}, "email: Enter a valid email address."),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(facts, words):
    (row,) = make_held().tam_assignments.all()

    found = refusal(correct, row, **facts)

    assert found.startswith(words)
    assert TamAssignment.objects.get().email == "tam@provider.example.com"
    assert mails(TOPIC) == []


def test_of_what_is_over_or_names_nobody_nothing_is_corrected():
    order = make_held()
    row = hand_over(order, None, DAY)
    assert refusal(correct, row) == "Nobody follows, so there are no contacts to correct."

    withdraw(row)

    assert refusal(correct, row) == "It was withdrawn or is over. Look at the order again."
