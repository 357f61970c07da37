"""What holds for every history, however strange."""

from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from apps.tickets.rules.history import Happening, Kind, pauses_of
from tests.rules.promises import HOURS, owed, story

NOTHING = timedelta()
MINUTE = timedelta(minutes=1)

# Late on Friday before New York's clocks go forward: nights, a weekend and a short Sunday follow.
STARTS = st.sampled_from(["2026-03-06 19:30", "2026-03-04 09:00", "2026-10-31 23:15"])
WAITS = st.one_of(
    st.sampled_from([NOTHING, timedelta(microseconds=1), timedelta(hours=4), timedelta(days=2)]),
    st.integers(0, 4000).map(lambda minutes: minutes * MINUTE),
)
ACTS = st.sampled_from(
    [
        Kind.NOTED,
        Kind.RESPONDED,
        Kind.ASKED_CLIENT,
        Kind.CLIENT_REPLIED,
        Kind.SEVERITY_CHANGED,
        Kind.CLOSED,
        Kind.REOPENED,
    ]
)


@st.composite
def histories(draw, acts=ACTS, severities="1234"):
    """A ticket's log with instants that do not decrease, and changes that really change."""
    severity = draw(st.sampled_from(severities))
    history = story(severity, draw(STARTS))
    at = history[0].at
    for kind, wait in draw(st.lists(st.tuples(acts, WAITS), max_size=9)):
        at += wait
        facts = {}
        if kind == Kind.SEVERITY_CHANGED:
            other = draw(st.sampled_from([key for key in "1234" if key != severity]))
            facts, severity = {"from": severity, "to": other}, other
        history.append(Happening(kind, at, facts))
    return history


def prefixes(history):
    return [owed(history[:length]) for length in range(1, len(history) + 1)]


@pytest.mark.clause("R-14")
@given(histories())
def test_a_miss_never_goes_away_and_never_moves(history):
    missed = {}
    for found in prefixes(history):
        for kind, deadline in found.items():
            if deadline.state == "MISSED":
                missed.setdefault(kind, (deadline.due_at, deadline.target, deadline.used))
        still = {
            kind: (found[kind].due_at, found[kind].target, found[kind].used) for kind in missed
        }

        assert still == missed


@pytest.mark.clause("R-14", "V-2-response")
@given(histories())
def test_a_response_that_was_in_time_stays_so(history):
    met = None
    for found in prefixes(history):
        now = found.get("RESPONSE")
        if met is not None:
            assert now == met
        elif now is not None and now.state == "MET":
            met = now


@pytest.mark.clause("R-17")
@given(histories())
def test_verdict_instants_and_time_used_agree(history):
    for deadline in owed(history).values():
        if deadline.state == "MISSED":
            assert deadline.settled_at == deadline.due_at <= history[-1].at
            assert deadline.used == deadline.target
        elif deadline.state == "MET":
            assert deadline.settled_at == deadline.ended_at <= deadline.due_at
            assert deadline.used <= deadline.target
        else:
            assert (deadline.settled_at, deadline.ended_at) == (None, None)
            assert deadline.due_at is None or history[-1].at <= deadline.due_at
            assert deadline.used <= deadline.target


@pytest.mark.clause("V-2-response")
@given(histories(), WAITS)
def test_a_note_changes_no_deadline_unless_it_shows_that_one_has_passed(history, wait):
    before = owed(history)

    after = owed([*history, Happening(Kind.NOTED, history[-1].at + wait)])

    assert after.keys() == before.keys()
    for kind, deadline in before.items():
        passed = deadline.due_at is not None and deadline.due_at < history[-1].at + wait
        if deadline.state == "OPEN" and passed:
            assert (after[kind].state, after[kind].settled_at) == ("MISSED", deadline.due_at)
        else:
            assert after[kind] == deadline


@pytest.mark.clause("V-2-resolution")
@given(histories(acts=st.sampled_from([Kind.ASKED_CLIENT, Kind.CLIENT_REPLIED]), severities="234"))
def test_the_deadline_moves_by_exactly_the_service_time_that_was_left_out(history):
    found = owed(history)["RESOLUTION"]
    alone = owed(history[:1])["RESOLUTION"]
    clock = HOURS[found.calendar_id]
    assume(found.due_at is not None)

    counted = [pause for pause in pauses_of(history) if pause.starts_at < found.due_at]
    left_out = sum((clock.between(pause.starts_at, pause.ends_at) for pause in counted), NOTHING)

    assert clock.between(alone.due_at, found.due_at) == left_out


@given(histories())
def test_the_answer_does_not_depend_on_when_it_is_asked(history):
    """A sweep that records each miss as soon as it is known changes no answer."""
    swept = []
    for happening in history:
        swept.append(happening)
        for kind, deadline in owed(swept).items():
            is_known = any(
                event.kind == Kind.DEADLINE_MISSED and event.facts == {"deadline": kind}
                for event in swept
            )
            if deadline.state == "MISSED" and not is_known:
                swept.append(Happening(Kind.DEADLINE_MISSED, deadline.due_at, {"deadline": kind}))

    assert owed(swept) == owed(history)
