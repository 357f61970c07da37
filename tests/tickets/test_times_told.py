"""Who hears of the TAM's hours: near their end, and used up."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.outbox.models import Message
from apps.outbox.rendering import Withdrawn, render
from apps.outbox.services import deliver_pending
from apps.tickets import services
from tests.factories import MORNING, make_client, make_staff
from tests.tickets.reading import later, mails
from tests.time_made import amend, make_hours, make_premium, make_tam, make_time

pytestmark = [pytest.mark.django_db, pytest.mark.clause("V-6.3", "R-18")]
NEAR, USED_UP = "tam.hours_near", "tam.hours_used_up"
TAM = "tam@provider.example.com"
CLIENTS = ["ann@client.example.com", "bob@client.example.com"]
# Late in a month, so that forty hours have room before it.
LATE = MORNING + timedelta(days=20)


@pytest.fixture
def order():
    """Forty hours a month, with a TAM and two people of the client."""
    order = make_premium()
    make_tam(order=order, who=make_staff(name="tam"))
    for email in CLIENTS:
        make_client(order=order, email=email)
    make_client(order=order, email="gone@client.example.com", is_active=False)
    return order


def told():
    return mails(NEAR), mails(USED_UP)


def one_more(order, minutes, *, at=LATE):
    return make_time(order=order, minutes=minutes, started_at=at)


def test_a_minute_below_the_warning_nobody_hears_and_at_it_the_tam_does(order):
    make_hours(order=order, hours=31, until=LATE)

    one_more(order, 59)
    before = told()
    one_more(order, 1)

    assert before == ([], [])
    assert told() == ([TAM], [])


def test_a_minute_below_the_limit_is_not_used_up_and_at_it_tam_and_client_hear(order):
    make_hours(order=order, hours=39, until=LATE)

    one_more(order, 59)
    before = told()
    one_more(order, 1)

    assert before == ([TAM], [])
    assert told() == ([TAM], [*CLIENTS, TAM])


def test_time_that_passes_warning_and_limit_at_once_is_told_of_as_the_limit(order):
    make_hours(order=order, hours=30, until=LATE)

    one_more(order, 600)

    assert told() == ([], [*CLIENTS, TAM])


def test_more_time_tells_nobody_again(order):
    make_hours(order=order, hours=41, until=LATE)

    one_more(order, 60)
    one_more(order, 60)

    assert told() == ([], [*CLIENTS, TAM])


def test_after_an_upgrade_the_new_limit_is_told_of_anew(order):
    make_hours(order=order, hours=40, until=LATE)
    amend(order, at=LATE, tam_minutes_per_month=44 * 60)

    one_more(order, 60)
    near = told()
    one_more(order, 180, at=LATE + timedelta(hours=2))

    assert near == ([TAM], [*CLIENTS, TAM])
    assert told() == ([TAM], sorted([*CLIENTS, TAM] * 2))


def test_a_limit_that_was_lowered_is_told_of_with_the_next_minute(order):
    make_hours(order=order, hours=10, until=LATE)
    amend(order, at=LATE, tam_minutes_per_month=60)

    make_time(order=order, minutes=1, started_at=LATE, kind="SUPPORT")
    before = told()
    one_more(order, 1)

    assert before == ([], [])
    assert told() == ([], [*CLIENTS, TAM])


def test_a_correction_can_reach_a_percentage_and_one_downwards_tells_nothing(order):
    make_hours(order=order, hours=31, until=LATE)
    entry = one_more(order, 10)

    def corrected(minutes, revision):
        services.amend_time(
            entry=entry,
            revision=revision,
            ticket=None,
            kind="TAM",
            started_at=entry.started_at,
            minutes=minutes,
            what=entry.what,
            contact="",
            reason="Forgot some",
            by=entry.who,
            at=LATE + timedelta(days=1),
        )
        return told()

    assert corrected(59, 1) == ([], [])
    assert corrected(60, 2) == ([TAM], [])
    assert corrected(540, 3) == ([TAM], [*CLIENTS, TAM])
    assert corrected(70, 4) == ([TAM], [*CLIENTS, TAM])


def test_only_tam_time_is_told_of(order):
    make_hours(order=order, hours=40, until=LATE, kind="SUPPORT")

    assert told() == ([], [])


def test_of_a_month_that_is_over_nothing_is_told(order):
    may = datetime(2026, 5, 2, tzinfo=UTC)

    make_hours(order=order, hours=41, until=LATE, at=may)

    assert told() == ([], [])


def test_time_over_the_months_end_is_told_of_by_what_falls_into_the_new_month(order):
    amend(order, at=LATE, tam_minutes_per_month=60, time_zone="UTC")
    midnight = datetime(2026, 4, 1, tzinfo=UTC)

    make_time(order=order, started_at=midnight - timedelta(hours=2), minutes=167)
    below = told()
    make_time(order=order, started_at=midnight - timedelta(hours=1), minutes=61)

    assert below == ([], [])
    assert told() == ([TAM], [])


def test_without_a_tam_the_client_still_hears_and_without_an_address_the_rest_do():
    alone, nameless = make_premium(), make_premium()
    make_client(order=alone, email=CLIENTS[0])
    make_client(order=nameless, email=CLIENTS[1])
    make_tam(order=nameless, who=make_staff(name="mute", email=""))

    for order in (alone, nameless):
        make_hours(order=order, hours=40, until=LATE)

    assert mails(USED_UP) == [*CLIENTS, "mute-tam@provider.example.com"]


def test_an_address_that_cannot_be_written_to_keeps_no_time_from_being_logged():
    order = make_premium()
    make_tam(order=order, who=make_staff(name="odd", email='"odd one"@provider.example.com'))

    make_hours(order=order, hours=40, until=LATE)

    assert told() == ([], [])


def test_somebody_whose_address_changed_is_not_told_twice(order):
    make_hours(order=order, hours=40, until=LATE)
    order.authorised_users.filter(email=CLIENTS[0]).update(email="new@client.example.com")

    one_more(order, 1)

    assert told()[1] == [*CLIENTS, TAM]


def rendered(topic, recipient):
    message = Message.objects.get(topic=topic, recipient=recipient)
    return render(topic=topic, payload=message.payload)


def test_the_mails_say_how_much_is_used_and_what_happens_now(order):
    make_hours(order=order, hours=32, until=LATE)
    near = rendered(NEAR, TAM)
    one_more(order, 480)
    to_client, to_tam = (rendered(USED_UP, person) for person in (CLIENTS[0], TAM))

    assert near.subject == (
        f"[{order.number}] TAM hours of March 2026 nearly used up: {order.account}"
    )
    assert "Used:     32 h of 40 h\nLeft:     8 h\n" in near.text
    assert to_client.subject == (
        f"[{order.number}] TAM hours of March 2026 used up: {order.account}"
    )
    assert to_client.reply_to == (order.version.support_address,)
    for words in ("new requests go to the support centre", "Nothing is charged", "at once"):
        assert words in to_client.text
    page = f"/contracts/order/{order.pk}/change/"
    assert [page in mail.text for mail in (near, to_tam, to_client)] == [True, True, False]


@pytest.mark.parametrize(("hours", "topic"), [(32, NEAR), (40, USED_UP)])
def test_a_mail_that_is_no_longer_true_is_withdrawn(order, hours, topic):
    make_hours(order=order, hours=hours, until=LATE)
    amend(order, at=LATE, tam_minutes_per_month=100 * 60)

    with pytest.raises(Withdrawn):
        rendered(topic, TAM)


def test_the_warning_is_withdrawn_once_the_limit_is_reached(order):
    make_hours(order=order, hours=32, until=LATE)
    one_more(order, 480)

    with pytest.raises(Withdrawn):
        rendered(NEAR, TAM)


def test_nobody_is_told_when_logging_fails(order):
    make_hours(order=order, hours=31, until=LATE)

    with pytest.raises(services.Refused):
        make_time(order=order, minutes=60, started_at=LATE, at=later())

    assert told() == ([], [])


AFTER = LATE + timedelta(days=1)


def removed(entry):
    services.remove_time(entry=entry, reason="Not theirs", by=entry.who, at=AFTER)


def states(topic=USED_UP, recipient=TAM):
    found = Message.objects.filter(topic=topic, recipient=recipient).order_by("pk")
    return list(found.values_list("state", flat=True))


def test_a_limit_that_is_reached_again_after_its_mail_was_withdrawn_is_told_of_again(order):
    make_hours(order=order, hours=39, until=LATE)
    removed(one_more(order, 60))
    deliver_pending(at=AFTER)
    withdrawn = states()

    one_more(order, 60)
    one_more(order, 1, at=LATE + timedelta(hours=1))
    deliver_pending(at=AFTER)

    assert withdrawn == ["WITHDRAWN"]
    assert [states(recipient=person) for person in (TAM, *CLIENTS)] == [["WITHDRAWN", "SENT"]] * 3


def test_each_time_that_a_mail_is_withdrawn_the_next_one_is_written(order):
    make_hours(order=order, hours=39, until=LATE)
    for _ in range(2):
        removed(one_more(order, 60))
        deliver_pending(at=AFTER)
    one_more(order, 60)

    assert states() == ["WITHDRAWN", "WITHDRAWN", "PENDING"]


def test_what_waits_or_was_sent_is_not_told_again_when_the_limit_is_reached_again(order):
    make_hours(order=order, hours=39, until=LATE)
    removed(one_more(order, 60))
    one_more(order, 60)
    waiting = states()
    deliver_pending(at=AFTER)
    removed(order.time_entries.order_by("-pk")[0])
    one_more(order, 60)

    assert (waiting, states()) == (["PENDING"], ["SENT"])


def test_an_upgrade_in_between_that_is_taken_back_has_the_old_limit_told_of(order):
    make_hours(order=order, hours=40, until=LATE)
    amend(order, at=LATE, tam_minutes_per_month=44 * 60)
    deliver_pending(at=AFTER)
    one_more(order, 240)
    deliver_pending(at=AFTER)
    amend(order, at=LATE, tam_minutes_per_month=40 * 60)
    one_more(order, 1, at=LATE + timedelta(hours=5))
    deliver_pending(at=AFTER)

    # Of 40 h, of 44 h, and of 40 h again.
    assert [states(recipient=person) for person in (TAM, *CLIENTS)] == [
        ["WITHDRAWN", "SENT", "SENT"]
    ] * 3
