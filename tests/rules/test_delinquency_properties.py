"""Random histories of documents, payments and disputes, against a walk through every day."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.billing.rules.delinquency import Change, Owed, standing_on
from apps.billing.rules.ladder import STATES, ladder_of

BEGINS = date(2026, 1, 1)
LASTS = 80  # days
RUNGS = [
    {"more_than_days": 21, "standing": "SUPPORT_SUSPENDED", "clause": "S-12"},
    {"from_days": 30, "standing": "DASHBOARD_SUSPENDED", "clause": "S-12"},
]


@dataclass
class Paper:
    """A document as the oracle keeps it: what is left, and how much of that is disputed."""

    due: int
    left: int
    disputed: int = 0

    @property
    def counts(self) -> int:
        return max(self.left - self.disputed, 0)


@dataclass
class Story:
    """Documents by their due day and amount, and what happened to which of them on which day."""

    papers: list[Paper]
    happened: list[tuple[int, int, str, int]] = field(default_factory=list)


@st.composite
def stories(draw):
    papers = [
        Paper(draw(st.integers(0, 45)), draw(st.integers(1, 3)))
        for _ in range(draw(st.integers(1, 4)))
    ]
    story = Story([Paper(paper.due, paper.left) for paper in papers])
    days = sorted(draw(st.lists(st.integers(0, LASTS), max_size=12)))
    for day in days:
        at = draw(st.integers(0, len(papers) - 1))
        paper, amount = papers[at], draw(st.integers(1, 3))
        kind = draw(st.sampled_from(["paid", "returned", "disputed", "rejected"]))
        room = {
            "paid": paper.left,
            "returned": story.papers[at].left - paper.left,
            "disputed": paper.left - paper.disputed,
            "rejected": paper.disputed,
        }[kind]
        amount = min(amount, room)
        if amount <= 0:
            continue
        act(paper, kind, amount)
        story.happened.append((day, at, kind, amount))
    return story


def act(paper: Paper, kind: str, amount: int) -> None:
    paper.left += {"paid": -amount, "returned": amount}.get(kind, 0)
    paper.disputed += {"disputed": amount, "rejected": -amount}.get(kind, 0)


def walk(story: Story, last: int, *, keeps: bool) -> list[str]:
    """Return how the account stands at the end of each day: the oracle."""
    papers = [Paper(paper.due, paper.left) for paper in story.papers]
    state, states = "GOOD", []
    for day in range(last + 1):
        state = looked_at(papers, day, state, keeps=keeps)
        today = [each for each in story.happened if each[0] == day]
        for _, at, kind, amount in today:
            act(papers[at], kind, amount)
        if today:
            state = looked_at(papers, day, state, keeps=keeps)
        states.append(state)
    return states


def looked_at(papers: list[Paper], day: int, state: str, *, keeps: bool) -> str:
    ages = [day - paper.due for paper in papers if paper.counts and paper.due < day]
    if not ages:
        return "GOOD"
    oldest = max(ages)
    now = STATES[2 if oldest >= 30 else 1 if oldest >= 22 else 0]
    return max(state, now, key=STATES.index) if keeps else now


def answer(story: Story, day: int, *, keeps: bool) -> str:
    """Return what the rule says on a day, of what had happened by its end."""
    papers = [Paper(paper.due, paper.left) for paper in story.papers]
    changes = []
    for on, at, kind, amount in story.happened:
        if on > day:
            continue
        act(papers[at], kind, amount)
        settled = {"paid": amount, "returned": -amount}.get(kind, 0)
        disputed = {"disputed": amount, "rejected": -amount}.get(kind, 0)
        change = Change(BEGINS + timedelta(on), at, Decimal(settled), Decimal(disputed))
        changes.append(change)
    owed = [
        Owed(
            at,
            f"INV-{at}",
            BEGINS + timedelta(first.due),
            Decimal(first.left),
            Decimal(now.left),
            Decimal(now.disputed),
        )
        for at, (first, now) in enumerate(zip(story.papers, papers, strict=True))
    ]
    ladder = ladder_of(
        clause="S-12",
        zone="UTC",
        settings={
            "rungs": RUNGS,
            "disputed_counts": False,
            "released_by": "nothing_overdue" if keeps else "below_rung",
            "effect": "automatic",
        },
    )
    on = BEGINS + timedelta(day)
    return standing_on(ladder=ladder, owed=owed, changes=changes, on=on).state


@pytest.mark.clause("S-12", "R-4", "R-5")
@pytest.mark.parametrize("keeps", [True, False])
@given(story=stories())
def test_asked_each_day_or_only_once_it_is_what_a_walk_through_all_days_finds(story, keeps):
    last = LASTS + 1

    walked = walk(story, last, keeps=keeps)

    assert [answer(story, day, keeps=keeps) for day in range(last + 1)] == walked
