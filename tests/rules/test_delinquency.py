"""The ladder of an overdue account: its boundaries, its memory, disputes, and other policies."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from apps.billing.rules.ahead import coming, notice_due
from apps.billing.rules.delinquency import Change, Owed, standing_on
from apps.billing.rules.ladder import day_of, ladder_of

DUE = date(2026, 3, 1)
WHOLESALE = {
    "zone": "policy",
    "rungs": [
        {"more_than_days": 21, "standing": "SUPPORT_SUSPENDED", "clause": "S-12"},
        {"from_days": 30, "standing": "DASHBOARD_SUSPENDED", "clause": "S-12"},
    ],
    "disputed_counts": False,
    "released_by": "nothing_overdue",
    "effect": "automatic",
    "notice_days_before": [7, 1],
}
S, D = "SUPPORT_SUSPENDED", "DASHBOARD_SUSPENDED"


def ladder(**settings):
    return ladder_of(clause="S-12", zone="America/New_York", settings={**WHOLESALE, **settings})


def owed(pk=1, *, due_on=DUE, amount="100", left=None, excluded="0"):
    total = Decimal(amount)
    now = total if left is None else Decimal(left)
    return Owed(pk, f"INV-{pk}", due_on, total, now, Decimal(excluded))


def on(day: int) -> date:
    return DUE + timedelta(days=day)


def stands(*documents, day, changes=(), **settings):
    return standing_on(ladder=ladder(**settings), owed=documents, changes=changes, on=on(day))


def paid(pk, day, amount="100"):
    return Change(on(day), pk, settled_amount=Decimal(amount))


def disputed(pk, day, amount):
    return Change(on(day), pk, excluded_amount=Decimal(amount))


@pytest.mark.clause("S-12", "R-4")
@pytest.mark.parametrize(
    ("day", "state", "days"),
    [
        (-1, "GOOD", 0),
        (0, "GOOD", 0),
        (1, "GOOD", 1),
        (21, "GOOD", 21),
        (22, S, 22),
        (29, S, 29),
        (30, D, 30),
        (400, D, 400),
    ],
)
def test_day_21_is_fine_22_suspends_support_and_30_the_dashboard(day, state, days):
    now = stands(owed(), day=day)

    assert (now.state, now.days) == (state, days)
    assert now.clears_amount == (100 if state != "GOOD" else 0)


@pytest.mark.clause("S-12", "R-5")
def test_a_partial_payment_never_steps_down():
    now = stands(owed(left="0.01"), day=40, changes=[paid(1, 35, "99.99")])

    assert (now.state, now.kept, now.clears_amount) == (D, False, Decimal("0.01"))


@pytest.mark.clause("S-12", "R-5")
def test_the_rung_stays_when_the_oldest_is_paid_and_the_next_is_younger():
    old, young = owed(1, left="0"), owed(2, due_on=on(20))

    now = stands(old, young, day=32, changes=[paid(1, 31)])

    assert (now.state, now.kept, now.days) == (D, True, 12)
    assert (now.oldest_due_on, now.clears_amount, now.since_on) == (on(20), 100, on(1))


@pytest.mark.clause("S-12", "R-5")
def test_a_rung_that_no_night_saw_is_reached_all_the_same():
    old, young = owed(1, left="0"), owed(2, due_on=on(20))

    assert stands(old, young, day=22, changes=[paid(1, 22)]).state == S
    assert stands(old, young, day=22, changes=[paid(1, 21)]).state == "GOOD"


@pytest.mark.clause("S-12", "R-5")
def test_paid_in_full_it_begins_anew():
    documents = [owed(1, left="0"), owed(2, due_on=on(50))]

    assert stands(*documents, day=40, changes=[paid(1, 40)]).state == "GOOD"
    assert stands(*documents, day=71, changes=[paid(1, 40)]).state == "GOOD"
    assert stands(*documents, day=72, changes=[paid(1, 40)]).state == S


@pytest.mark.clause("S-12", "R-5")
def test_an_invoice_that_is_not_due_yet_does_not_hold_up_the_release():
    now = stands(owed(1, left="0"), owed(2, due_on=on(40)), day=40, changes=[paid(1, 40)])

    assert (now.state, now.overdue) == ("GOOD", ())


@pytest.mark.clause("S-12", "R-5")
def test_a_bounced_payment_counts_from_the_first_due_date():
    now = stands(owed(1), day=41, changes=[paid(1, 40), paid(1, 41, "-100")])

    assert (now.state, now.days) == (D, 41)


@pytest.mark.clause("S-12", "R-5")
def test_what_is_disputed_is_not_overdue_and_counts_from_the_due_date_when_rejected():
    during = stands(owed(excluded="100"), day=25, changes=[disputed(1, 10, "100")])
    after = [disputed(1, 10, "100"), disputed(1, 28, "-100")]

    assert (during.state, during.days, during.first_due_on) == ("GOOD", 0, None)
    assert (stands(owed(), day=28, changes=after).state) == S
    assert (stands(owed(), day=30, changes=after).state) == D


@pytest.mark.clause("S-12", "R-5")
def test_a_dispute_of_all_that_is_overdue_releases_and_of_a_part_does_not():
    whole = stands(owed(excluded="100"), day=35, changes=[disputed(1, 33, "100")])
    part = stands(owed(excluded="60"), day=35, changes=[disputed(1, 33, "60")])

    assert (whole.state, part.state, part.clears_amount) == ("GOOD", D, 40)


@pytest.mark.clause("S-12", "R-5")
def test_a_policy_may_count_what_is_disputed():
    assert stands(owed(excluded="0"), day=22, disputed_counts=True).state == S
    assert ladder(disputed_counts=True).excludes == ""
    assert ladder().excludes == "raised"
    assert ladder(disputed_from="bona_fide").excludes == "bona_fide"


@pytest.mark.clause("S-12")
def test_a_made_up_third_policy_steps_down_as_it_is_paid_and_lets_small_debts_be():
    third = {
        "rungs": [
            {"more_than_days": 10, "standing": S, "clause": "T-1"},
            {"more_than_days": 45, "standing": D, "clause": "T-2"},
        ],
        "released_by": "below_rung",
        "effect": "proposed",
        "ignore_below": "25.00",
    }
    old, young = owed(1, left="0"), owed(2, due_on=on(38))

    assert stands(owed(), day=10, **third).state == "GOOD"
    assert stands(owed(), day=11, **third).rung.clause == "T-1"
    assert stands(owed(1), young, day=46, **third).clears_amount == 100
    assert stands(old, young, day=46, changes=[paid(1, 46)], **third).state == "GOOD"
    assert stands(old, young, day=49, changes=[paid(1, 46)], **third).state == S
    assert stands(owed(amount="24.99"), day=90, **third).state == "GOOD"
    assert stands(owed(amount="25.00"), day=90, **third).state == D
    assert ladder(**third).is_automatic is False


@pytest.mark.clause("R-4")
@pytest.mark.parametrize(
    ("at", "day"),
    [
        # Midnight in New York, in winter and after the clocks went forward on the 8th.
        (datetime(2026, 3, 7, 4, 59, 59, tzinfo=UTC), date(2026, 3, 6)),
        (datetime(2026, 3, 7, 5, tzinfo=UTC), date(2026, 3, 7)),
        (datetime(2026, 3, 23, 3, 59, 59, tzinfo=UTC), date(2026, 3, 22)),
        (datetime(2026, 3, 23, 4, tzinfo=UTC), date(2026, 3, 23)),
    ],
)
def test_days_begin_at_midnight_of_the_policys_zone(at, day):
    assert day_of(at, ladder()) == day


def notice(day, *documents, changes=(), **settings):
    found = notice_due(
        ladder=ladder(**settings), owed=documents or [owed()], changes=changes, on=on(day)
    )
    return found and (found[0].state, (found[0].on - DUE).days, found[1])


@pytest.mark.clause("S-12")
@pytest.mark.parametrize(
    ("day", "told"),
    [
        (14, None),
        (15, (S, 22, 7)),
        (20, (S, 22, 7)),
        (21, (S, 22, 1)),
        (22, None),
        (23, (D, 30, 7)),
        (29, (D, 30, 1)),
        (30, None),
    ],
)
def test_the_client_is_told_7_days_and_a_day_before_each_step(day, told):
    assert notice(day) == told


@pytest.mark.clause("S-12")
def test_nobody_is_told_of_what_will_not_happen():
    assert notice(15, notice_days_before=[]) is None
    assert notice(15, owed(excluded="100")) is None
    assert notice(15, owed(amount="9"), ignore_below="10.00") is None


@pytest.mark.clause("S-12")
def test_what_comes_within_days_knows_the_rung_that_is_kept():
    documents = [owed(1, left="0"), owed(2, due_on=on(5))]
    ahead = coming(
        ladder=ladder(),
        owed=documents,
        changes=[paid(1, 29)],
        on=on(29),
        until=on(36),
    )

    assert [(then.state, (then.on - DUE).days) for then in ahead] == [(D, 35)]


@pytest.mark.clause("S-12", "R-4")
def test_what_is_dated_tomorrow_ages_nobody_today():
    documents = owed(amount="100", left="90"), owed(2, due_on=on(5), amount="50")

    said = stands(*documents, day=21, changes=[paid(1, 22, "10")])

    assert (said.state, said.days) == ("GOOD", 21)
