"""A ticket keeps the terms that it was registered under, its order's own targets among them."""

from datetime import timedelta

import pytest

from apps.contracts import queries, services
from apps.tickets.services import change_severity
from tests.factories import (
    MORNING,
    make_agreed,
    make_client,
    make_order,
    make_preset,
    make_staff,
    make_ticket,
    reason_of,
    severity_of,
)
from tests.tickets.reading import deadline, later, verdicts

pytestmark = pytest.mark.django_db


def premium(plan: str = "silver"):
    return make_client(
        order=make_order(version=make_preset(slug="voximplant-premium-2023"), plan=plan)
    )


def amend(order, **facts):
    order.refresh_from_db()
    given = {"terms": {}, "dated_on": MORNING.date(), "reason": "Upgrade", "at": MORNING}
    return services.amend_order(
        order=order, revision=order.revision, by=make_staff(), **{**given, **facts}
    )


@pytest.mark.clause("V-5")
def test_without_an_agreed_target_no_time_to_resolve_is_invented():
    ticket = make_ticket(requester=premium(), severity="I")

    assert (set(verdicts(ticket)), ticket.agreed) == ({"RESPONSE"}, [])


@pytest.mark.clause("V-5", "V-2-order")
def test_an_agreed_target_is_a_deadline_that_cites_the_order_and_the_clause():
    user = premium()
    make_agreed(order=user.order, severity="I", hours=4, calendar="always")

    row = deadline(make_ticket(requester=user, severity="I"), "RESOLUTION")

    assert (row.due_at, row.target, row.clause) == (later(hours=4), timedelta(hours=4), "V-5")
    promise = next(step for step in row.steps if "agreed in order" in step["text"])
    assert promise["text"] == (
        "{severity}: {kind} within {target_seconds} of “{calendar}”, agreed in order {order}."
    )
    assert (promise["clause"], promise["figures"]["order"]) == ("V-5", user.order.number)


@pytest.mark.clause("V-2-order", "V-4")
def test_an_agreed_response_replaces_the_plans_and_keeps_its_clause():
    user = premium()
    make_agreed(order=user.order, severity="II", hours=0.5, kind="RESPONSE", calendar="always")

    row = deadline(make_ticket(requester=user, severity="II"), "RESPONSE")

    assert (row.due_at, row.clause) == (later(minutes=30), "V-4")


@pytest.mark.clause("V-2-order")
def test_a_target_for_one_severity_leaves_the_others_alone():
    user = premium()
    make_agreed(order=user.order, severity="I", hours=4, calendar="always")

    assert set(verdicts(make_ticket(requester=user, severity="II"))) == {"RESPONSE"}


@pytest.mark.clause("V-2-order", "V-4")
def test_an_upgrade_counts_for_new_tickets_and_open_ones_keep_their_plan():
    user = premium("silver")
    before = make_ticket(requester=user, severity="II")

    amend(user.order, terms={"plan": user.order.version.plans.get(key="platinum")})
    user.refresh_from_db()
    after = make_ticket(requester=user, severity="II")

    due = [deadline(ticket, "RESPONSE").due_at for ticket in (before, after)]
    assert due == [later(hours=3), later(hours=1)]


@pytest.mark.clause("V-2-order", "V-5")
def test_an_amended_target_does_not_reach_back_even_when_the_severity_changes():
    user, staff = premium(), make_staff()
    make_agreed(order=user.order, severity="I", hours=4, calendar="always")
    ticket = make_ticket(requester=user, severity="II")
    amend(user.order, withdrawn=[*user.order.agreed_targets.all()])

    change_severity(
        ticket=ticket,
        to=severity_of(ticket.version, "I"),
        reason=reason_of(ticket.version, "impact-changed"),
        explanation="All calls fail",
        by=staff,
        at=later(minutes=10),
    )

    assert deadline(ticket, "RESOLUTION").due_at == later(hours=4)
    assert set(verdicts(make_ticket(requester=user, severity="I"))) == {"RESPONSE"}


@pytest.mark.clause("V-2-order", "V-5")
def test_where_the_plan_has_no_target_the_rule_of_its_kind_is_cited():
    order = make_order()
    terms = queries.terms(version_id=order.version_id, plan_id=order.plan_id)

    assert terms.clause_of(kind="RESOLUTION", severity="none") == terms.rules["resolution"].clause
