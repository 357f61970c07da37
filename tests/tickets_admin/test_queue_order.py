"""The order of work on the page, across policies, and why each row stands where it does."""

import pytest

from apps.tickets import services
from tests.factories import (
    make_agreed,
    make_client,
    make_order,
    make_preset,
    make_staff,
    make_ticket,
    reason_of,
    severity_of,
)
from tests.tickets.reading import deadline, later
from tests.tickets_admin.pages import QUEUE, reader, subjects, text_of
from tests.time_made import make_premium

pytestmark = pytest.mark.django_db

WHOLESALE = "skyswitch-support-2017"


def resolved_within(*, hours):
    """A client whose order sets when severity I is resolved: the plans leave that to the order."""
    order = make_premium()
    make_agreed(order=order, severity="I", hours=hours)
    return make_client(order=order)


def whys(query=""):
    return [(row.why, row.clause) for row in reader().get(QUEUE + query).context["cl"].rows]


@pytest.mark.clause("V-8.2.3", "R-19")
def test_the_first_severity_goes_by_its_resolution_and_the_rest_first_come_first_served():
    gold, slow = resolved_within(hours=2), resolved_within(hours=8)
    make_ticket(requester=gold, subject="mild", severity="IV")
    make_ticket(requester=slow, subject="due later", severity="I", at=later(minutes=5))
    make_ticket(requester=gold, subject="due sooner", severity="I", at=later(minutes=9))
    make_ticket(requester=gold, subject="worse, but later", severity="II", at=later(minutes=1))

    assert subjects(reader().get(QUEUE)) == [
        "due sooner",
        "due later",
        "mild",
        "worse, but later",
    ]


@pytest.mark.clause("V-8.2.3", "R-19")
def test_a_row_says_which_rule_put_it_there():
    gold = resolved_within(hours=2)
    first = make_ticket(requester=gold, severity="I")
    make_ticket(requester=gold, severity="III")
    due_at = deadline(first, "RESOLUTION").due_at

    assert whys() == [
        (
            f"Severity I goes first, by its resolution, due {due_at:%a} {due_at.day}"
            f" {due_at:%b %Y, %H:%M UTC}.",
            "V-8.2.3, R-19",
        ),
        (
            "Severity III: first come, first served, since Wed 4 Mar 2026, 14:00 UTC.",
            "V-8.2.3, R-19",
        ),
    ]


@pytest.mark.clause("V-8.2.3", "R-19")
def test_while_the_clock_stands_still_the_first_severity_goes_by_arrival():
    ticket = make_ticket(requester=resolved_within(hours=2), severity="I")
    services.ask_client(ticket=ticket, text="?", by=make_staff(), at=later(minutes=1), act_key="a")

    assert whys("?view=waiting") == [
        (
            "Severity I goes first; no resolution is due, so by arrival,"
            " Wed 4 Mar 2026, 14:00 UTC.",
            "V-8.2.3, R-19",
        )
    ]


@pytest.mark.parametrize(
    ("version", "clause"),
    [(lambda: None, "H-6"), (lambda: make_preset(slug=WHOLESALE), "S-5-targets")],
)
def test_a_policy_that_names_no_order_has_the_worst_first(version, clause):
    client = make_client(order=make_order(version=version()))
    make_ticket(requester=client, subject="late", severity="2", at=later(hours=1))
    make_ticket(requester=client, subject="mild", severity="4")
    make_ticket(requester=client, subject="early", severity="2")

    said = reader().get(QUEUE)

    assert subjects(said) == ["early", "late", "mild"]
    text = "Priority 4: by severity, the worst first; then first come, first served."
    assert text in text_of(said)


@pytest.mark.clause("V-8.2.3", "R-19")
def test_tickets_of_all_policies_stand_in_one_order():
    gold = resolved_within(hours=2)
    wholesale = make_client(order=make_order(version=make_preset(slug=WHOLESALE)))
    make_ticket(requester=make_client(), subject="H, third", severity="3")
    make_ticket(requester=wholesale, subject="S, worst", severity="1", at=later(minutes=3))
    make_ticket(requester=gold, subject="V, rest", severity="II", at=later(minutes=2))
    make_ticket(requester=gold, subject="V, first", severity="I", at=later(minutes=1))
    make_ticket(requester=make_client(), subject="H, worst", severity="1")

    # Bands: the worst of H and S beside V's first, by their instants; V's rest beside the second.
    assert subjects(reader().get(QUEUE)) == [
        "H, worst",
        "S, worst",
        "V, first",
        "V, rest",
        "H, third",
    ]


@pytest.mark.clause("V-8.2.3", "R-19", "V-7.2")
def test_another_severity_is_another_place():
    gold = make_client(order=make_premium())
    make_ticket(requester=gold, subject="stays", severity="II")
    raised = make_ticket(requester=gold, subject="raised", severity="III", at=later(minutes=1))
    reason = raised.version.reasons.filter(kind="SEVERITY_CHANGE")[0]
    before = subjects(reader().get(QUEUE))

    services.change_severity(
        ticket=raised,
        to=severity_of(raised.version, "I"),
        reason=reason,
        explanation="All is down.",
        by=make_staff(),
        at=later(minutes=2),
    )

    assert (before, subjects(reader().get(QUEUE))) == (["stays", "raised"], ["raised", "stays"])


def test_next_due_says_which_deadline_it_is_and_missed_which_was():
    make_ticket(severity="3", subject="one")
    services.sweep_deadlines(at=later(hours=4, seconds=1))

    assert whys("?view=missed") == [
        ("Response was missed: it was due Wed 4 Mar 2026, 18:00 UTC.", "H-3")
    ]
    assert whys("?view=due") == [("Resolution is due Wed 4 Mar 2026, 22:00 UTC.", "H-3")]


def test_a_list_of_the_newest_says_nothing_of_places():
    ticket = make_ticket()
    services.solve(
        ticket=ticket,
        reason=reason_of(ticket.version, "solved"),
        text="Done.",
        by=make_staff(),
        at=later(),
        act_key="close",
    )

    assert whys("?status=CLOSED") == [("", "")]
