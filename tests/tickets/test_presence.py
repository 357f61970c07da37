"""Two of ours on one ticket see each other, and a late act is told of the earlier one."""

import pytest

from apps.tickets import services
from apps.tickets.models import Viewer
from tests.factories import make_client, make_staff, make_ticket
from tests.tickets.life import solve, wholesale
from tests.tickets.reading import facts, later

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket():
    return make_ticket()


def look(ticket, user, *, at, is_writing=False):
    services.note_viewer(ticket=ticket, user=user, is_writing=is_writing, at=at)


def others(ticket, user, *, at):
    rows = services.others_at(ticket, than=user, at=at)
    return [(row.user.username, row.is_writing) for row in rows]


def test_somebody_is_there_for_45_seconds_after_their_page_last_asked(ticket):
    mia, tom = make_staff(name="mia"), make_staff(name="tom")
    look(ticket, mia, at=later())
    look(make_ticket(), make_staff(), at=later())

    assert others(ticket, tom, at=later(seconds=45)) == [("mia", False)]
    assert others(ticket, tom, at=later(seconds=46)) == []
    assert others(ticket, mia, at=later()) == []


def test_who_writes_is_said_to_write_until_they_do_not(ticket):
    mia, tom = make_staff(name="mia"), make_staff()
    look(ticket, mia, at=later())
    look(ticket, mia, at=later(seconds=15), is_writing=True)
    assert others(ticket, tom, at=later(seconds=15)) == [("mia", True)]

    look(ticket, mia, at=later(seconds=30))

    assert others(ticket, tom, at=later(seconds=30)) == [("mia", False)]
    assert Viewer.objects.count() == 1


def test_noting_a_viewer_is_one_statement(ticket, django_assert_num_queries):
    mia = make_staff()

    for _ in range(2):
        with django_assert_num_queries(1):
            look(ticket, mia, at=later())


def test_who_left_long_ago_is_forgotten(ticket):
    mia, tom = make_staff(), make_staff()
    look(ticket, mia, at=later())
    look(ticket, tom, at=later(seconds=1))

    assert services.forget_viewers(at=later(hours=1, seconds=1)) == 1
    assert [*Viewer.objects.values_list("user", flat=True)] == [tom.pk]


def answer(ticket, by, *, seen, act_key="a", text="Try now."):
    with services.acting_on(ticket, by=by, seen=seen):
        services.answer(ticket=ticket, text=text, by=by, at=later(minutes=9), act_key=act_key)


def latest(ticket):
    return ticket.events.order_by("pk").last().pk


def test_an_act_goes_through_when_nothing_came_between(ticket):
    answer(ticket, make_staff(), seen=latest(ticket))

    assert ticket.messages.count() == 2


def test_what_others_did_since_is_told_and_the_act_leaves_nothing(ticket):
    mia, tom, seen = make_staff(), make_staff(), latest(ticket)
    answer(ticket, mia, seen=seen)

    with pytest.raises(services.Overtaken, match="Others were faster: Responded") as told:
        answer(ticket, tom, seen=seen, act_key="b", text="Mine.")

    assert [(event.kind, event.by) for event in told.value.events] == [("RESPONDED", mia)]
    assert ticket.messages.count() == 2
    answer(ticket, tom, seen=latest(ticket), act_key="b", text="Mine.")
    assert ticket.messages.count() == 3


def test_ones_own_acts_and_what_has_no_weight_do_not_overtake(ticket):
    mia, tom, seen = make_staff(), make_staff(), latest(ticket)
    answer(ticket, mia, seen=seen)
    services.note(ticket=ticket, text="Hm.", by=tom, at=later(minutes=10), act_key="n")

    answer(ticket, mia, seen=seen, act_key="b", text="And more.")

    assert ticket.messages.count() == 4


@pytest.mark.clause("S-5-step-down")
def test_what_follows_ones_own_act_by_itself_does_not_overtake_a_second_click():
    ticket, mia, tom = wholesale("2"), make_staff(), make_staff()
    seen = latest(ticket)

    for _ in range(2):
        with services.acting_on(ticket, by=mia, seen=seen):
            solve(ticket, by=mia)

    assert facts(ticket, "STEPPED_DOWN")[0]["to"] == "3"
    with pytest.raises(services.Overtaken) as told:
        answer(ticket, tom, seen=seen)
    assert [event.kind for event in told.value.events] == ["RESPONDED", "SOLVED", "STEPPED_DOWN"]


def test_a_client_who_wrote_meanwhile_overtakes(ticket):
    seen = latest(ticket)
    client = make_client(order=ticket.order)
    services.client_replied(
        ticket=ticket, client=client, text="It works!", at=later(minutes=5), source_key="r"
    )

    with pytest.raises(services.Overtaken) as told:
        answer(ticket, make_staff(), seen=seen)

    assert [event.kind for event in told.value.events] == ["CLIENT_REPLIED"]


def test_who_need_not_have_seen_anything_is_not_overtaken(ticket):
    mia, tom = make_staff(), make_staff()
    answer(ticket, mia, seen=latest(ticket))

    answer(ticket, tom, seen=None, act_key="b", text="Mine.")

    assert ticket.messages.count() == 3


def test_on_a_ticket_that_was_merged_away_only_what_fits_it_is_done(ticket):
    later_one = make_ticket(requester=ticket.requester, at=later(minutes=1))
    mia = make_staff()
    at = later(minutes=2)
    services.merge(duplicate=later_one, into=ticket, by=mia, at=at, act_key="m")

    with pytest.raises(services.GoesOnElsewhere, match=f"goes on as {ticket.number}. Do this"):
        answer(later_one, mia, seen=None)
    with services.acting_on(later_one, by=mia, on_merged=True):
        services.note(ticket=later_one, text="Fine.", by=mia, at=at, act_key="n")

    assert [message.text for message in later_one.messages.all()] == ["Fine."]
