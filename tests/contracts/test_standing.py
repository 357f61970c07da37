"""An account's standing: moved by the machine or by a person, who may hold it in place."""

from datetime import timedelta

import pytest

from apps.contracts import services
from apps.contracts.models import Standing
from apps.contracts.queries import delinquency_clause
from tests.factories import MORNING, make_order, make_preset, make_staff

pytestmark = pytest.mark.django_db

SUSPENDED, DASHBOARD, GOOD = "SUPPORT_SUSPENDED", "DASHBOARD_SUSPENDED", "GOOD"


@pytest.fixture
def account():
    return make_order().account


def put(account, state, *, why="Invoice 7 is 22 days overdue", at=MORNING, **facts):
    return services.set_standing(
        account=account, state=state, clause="S-12", why=why, at=at, **facts
    )


def stands(account):
    """State, reason and holder of an account, as they are on record."""
    standing = Standing.objects.get(account=account)
    return standing.state, standing.why, standing.held_by


def changes(account):
    """Who changed it, when and why, oldest first."""
    rows = Standing.history.filter(account=account).order_by("history_id")
    return [
        (row.state, row.history_user, row.history_date, row.history_change_reason) for row in rows
    ]


@pytest.mark.clause("S-12")
def test_an_overdue_account_is_suspended_and_the_history_says_when_and_why(account):
    assert put(account, SUSPENDED)

    standing = Standing.objects.get(account=account)
    assert (standing.state, standing.clause, standing.since_at) == (SUSPENDED, "S-12", MORNING)
    assert changes(account) == [(SUSPENDED, None, MORNING, "Invoice 7 is 22 days overdue")]


@pytest.mark.clause("S-12")
def test_the_same_state_again_moves_nothing_and_writes_nothing(account):
    put(account, SUSPENDED)

    assert not put(account, SUSPENDED, why="23 days overdue", at=MORNING + timedelta(days=1))
    assert (stands(account)[1], len(changes(account))) == ("Invoice 7 is 22 days overdue", 1)


@pytest.mark.clause("S-12")
def test_an_account_in_good_standing_gets_no_row_for_staying_so(account):
    assert not put(account, GOOD)
    assert not Standing.objects.exists()


@pytest.mark.clause("S-12")
def test_each_state_begins_when_it_is_set(account):
    later = MORNING + timedelta(days=8)
    put(account, SUSPENDED)

    assert put(account, DASHBOARD, why="30 days overdue", at=later)
    assert Standing.objects.get(account=account).since_at == later
    assert put(account, GOOD, why="Paid in full", at=later)
    assert stands(account) == (GOOD, "Paid in full", None)


@pytest.mark.clause("S-12", "R-12")
@pytest.mark.parametrize("state", [GOOD, DASHBOARD])
def test_what_a_person_holds_the_machine_does_not_move(account, state):
    by = make_staff()
    put(account, SUSPENDED, by=by, hold=True)

    assert not put(account, state)
    assert stands(account) == (SUSPENDED, "Invoice 7 is 22 days overdue", by)


@pytest.mark.clause("S-12", "R-12")
def test_good_standing_can_be_held_too(account):
    put(account, GOOD, why="An agreement of 2 March", by=make_staff(), hold=True)

    assert not put(account, SUSPENDED)
    assert stands(account)[0] == GOOD


@pytest.mark.clause("S-12")
def test_a_person_lifts_a_hold_and_the_machine_moves_it_at_once(account):
    finance, colleague = make_staff(), make_staff()
    put(account, SUSPENDED, by=finance, hold=True)

    assert put(account, SUSPENDED, by=colleague)
    assert (stands(account)[0], stands(account)[2]) == (GOOD, None)
    assert [change[:2] for change in changes(account)] == [
        (SUSPENDED, finance),
        (SUSPENDED, colleague),
        (GOOD, None),
    ]


@pytest.mark.clause("S-12")
def test_a_person_who_changes_only_the_reason_leaves_its_beginning(account):
    put(account, SUSPENDED)

    assert put(
        account, SUSPENDED, why="Invoices 7 and 8", at=MORNING + timedelta(1), by=make_staff()
    )
    standing = Standing.objects.get(account=account)
    assert (standing.why, standing.since_at) == ("Invoices 7 and 8", MORNING)


def test_a_person_who_changes_nothing_writes_nothing(account):
    by = make_staff()
    put(account, SUSPENDED, by=by, hold=True)

    assert not put(account, SUSPENDED, by=by, hold=True)
    assert len(changes(account)) == 1


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"why": " \n"}, "Say why: staff and the client are shown the reason."),
        (
            {"state": "BAD"},
            "“BAD” is no standing. Use one of: GOOD, SUPPORT_SUSPENDED, DASHBOARD_SUSPENDED.",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(account, facts, says):
    with pytest.raises(services.StandingRefused) as refusal:
        put(account, **{"state": SUSPENDED, **facts})

    assert str(refusal.value) == says
    assert not Standing.objects.exists()


def test_a_long_reason_is_kept_as_far_as_it_fits(account):
    put(account, SUSPENDED, why="x" * 300)

    assert stands(account)[1] == "x" * 250
    assert changes(account)[0][3] == "x" * 100


@pytest.mark.clause("S-12")
def test_the_clause_is_that_of_the_policy_of_an_executed_order():
    version = make_preset(slug="skyswitch-support-2017")
    executed = make_order(version=version)

    assert delinquency_clause(executed.account) == "S-12"
    assert delinquency_clause(make_order(version=version, state="DRAFT").account) == ""
    assert delinquency_clause(make_order().account) == ""
