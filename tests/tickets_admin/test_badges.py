"""The badge of a promise at exact instants."""

import pytest

from apps.tickets import services
from apps.tickets.admin.badges import badges_of, hours_for
from tests.factories import make_client, make_order, make_staff, make_ticket, reason_of
from tests.tickets.reading import later

pytestmark = pytest.mark.django_db


def badges(ticket, at):
    ticket.refresh_from_db()
    found = badges_of(ticket, at=at, hours=hours_for([ticket]))
    return [(badge.kind, badge.tone, badge.words) for badge in found]


@pytest.mark.parametrize(
    ("passed", "tone", "words"),
    [
        ({"hours": 0}, "green", "4 h left"),
        ({"hours": 3, "microseconds": -1}, "green", "1 h left"),
        ({"hours": 3}, "amber", "1 h left"),
        ({"hours": 4}, "amber", "0 s left"),
        ({"hours": 4, "microseconds": 1}, "red", "overdue"),
    ],
)
@pytest.mark.clause("R-17")
def test_a_promise_is_near_from_three_quarters_on_and_overdue_after_its_last_instant(
    passed, tone, words
):
    assert badges(make_ticket(severity="3"), later(**passed)) == [("Response", tone, words)]


def test_what_is_left_is_working_time_of_the_promises_own_calendar():
    # Wednesday 19:00 in New York: one hour until closing, three more on Thursday.
    ticket = make_ticket(severity="3", at=later(hours=10))

    assert badges(ticket, later(hours=15)) == [("Response", "green", "3 h left")]


def test_it_ticks_only_while_its_calendar_is_open():
    ticket = make_ticket(severity="3", at=later(hours=10))
    hours = hours_for([ticket])

    ticking = [
        badge.is_ticking
        for at in (later(hours=10), later(hours=11))
        for badge in badges_of(ticket, at=at, hours=hours)
    ]

    assert ticking == [True, False]


@pytest.mark.parametrize(
    ("at", "runs_for"),
    [
        (later(hours=10), 3600),  # an hour until closing, of four that are left
        (later(hours=11, microseconds=-1), 0),
        (later(hours=11), 0),  # closed
        (later(hours=23), 3 * 3600),  # open until after it falls due
    ],
)
def test_a_countdown_stops_where_its_calendar_closes(at, runs_for):
    ticket = make_ticket(severity="3", at=later(hours=10))

    (badge,) = badges_of(ticket, at=at, hours=hours_for([ticket]))

    assert badge.runs_for == runs_for


@pytest.mark.clause("V-2-resolution")
def test_while_we_wait_for_the_client_the_badge_is_grey_and_keeps_what_remains():
    ticket = make_ticket(severity="3")
    services.ask_client(
        ticket=ticket, text="Which?", by=make_staff(), at=later(hours=2), act_key="ask"
    )

    assert badges(ticket, later(hours=30)) == [("Resolution", "grey", "paused, 6 h left")]


def test_a_recorded_miss_stays_in_sight_beside_what_is_due_next():
    ticket = make_ticket(severity="3")
    services.sweep_deadlines(at=later(hours=5))

    assert badges(ticket, later(hours=6)) == [
        ("Response", "red", "missed"),
        ("Resolution", "amber", "2 h left"),
    ]


def test_a_closed_ticket_shows_its_verdicts():
    ticket = make_ticket(severity="3")
    reason = reason_of(ticket.version, "solved")
    services.solve(
        ticket=ticket, reason=reason, text="Done.", by=make_staff(), at=later(hours=1), act_key="c"
    )

    assert badges(ticket, later(days=9)) == [
        ("Response", "done", "kept"),
        ("Resolution", "done", "kept"),
    ]


def test_a_best_effort_alone_has_no_badge():
    ticket = make_ticket(requester=make_client(order=make_order()), severity="1")
    services.answer(ticket=ticket, text="Hello.", by=make_staff(), at=later(), act_key="a")

    assert badges(ticket, later(hours=1)) == []


def owed(ticket, kind, state="OPEN", **instants):
    """A deadline of a kind, as the rules leave it."""
    like = ticket.deadlines.get(kind="RESPONSE")
    like.pk, like.kind, like.state, like.next_at = None, kind, state, None
    for name, at in {"warn_at": None, **instants}.items():
        setattr(like, name, at)
    like.save()
    return like


@pytest.mark.parametrize(
    ("kind", "name", "words", "over"),
    [
        ("CLIENT_REPLY", "Client's reply", "client has 3 h left", "client is late"),
        ("CONFIRMATION", "Closure confirmation", "client has 3 h left", "client is late"),
        ("STEP_DOWN", "Step-down", "in 3 h", "due now"),
        ("AUTO_CLOSE", "Auto-close", "in 3 h", "due now"),
    ],
)
@pytest.mark.clause("V-3.4.2", "V-3.4.4", "S-5-step-down")
def test_what_is_the_clients_or_comes_by_itself_is_quiet(kind, name, words, over):
    ticket = make_ticket(severity="3")
    owed(ticket, kind, due_at=later(hours=3))

    assert badges(ticket, later())[1:] == [(name, "done", words)]
    assert badges(ticket, later(hours=3))[1:] == [(name, "done", words.replace("3 h", "0 s"))]
    assert badges(ticket, later(hours=3, microseconds=1))[1:] == [(name, "done", over)]


@pytest.mark.clause("S-6", "R-17")
def test_an_rfo_is_ours_and_warns_like_any_promise():
    ticket = make_ticket(severity="3")
    services.answer(ticket=ticket, text="Hello.", by=make_staff(), at=later(), act_key="a")
    owed(ticket, "RFO", due_at=later(hours=2), warn_at=later(hours=1), settled_at=None)

    assert badges(ticket, later(hours=1)) == [("Reason for Outage", "amber", "1 h left")]
    assert badges(ticket, later(hours=3)) == [("Reason for Outage", "red", "overdue")]


def test_a_clients_miss_is_no_miss_of_ours():
    ticket = make_ticket(severity="3")
    at = later(hours=1)
    owed(ticket, "CLIENT_REPLY", state="MISSED", due_at=at, settled_at=at)

    assert badges(ticket, later(hours=2)) == [("Response", "green", "2 h left")]


def test_a_paused_deadline_of_the_client_keeps_what_remains():
    ticket = make_ticket(severity="3")
    owed(ticket, "CONFIRMATION", due_at=None)

    assert badges(ticket, later())[1:] == [("Closure confirmation", "grey", "paused, 4 h left")]
