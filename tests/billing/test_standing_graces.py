"""Exemptions, promises to pay, and suspensions that wait for finance."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from apps.billing.models import Exemption, StandingNotice, StandingProposal, StandingReview
from apps.billing.services import BillingRefused
from apps.billing.services.exempting import exempt, revoke
from apps.billing.services.proposals import confirm, dismiss
from apps.billing.services.standing import review_standing
from apps.billing.services.standing_sweep import review_standings
from apps.contracts.models import Standing
from apps.outbox.models import Message
from apps.outbox.rendering import Withdrawn, render
from tests.factories import make_policy, make_preset, make_staff
from tests.standing_made import DUE, WHOLESALE, make_debtor, on, owe, pay, state_of

pytestmark = pytest.mark.django_db
S, D = "SUPPORT_SUSPENDED", "DASHBOARD_SUSPENDED"
PRESETS = Path(__file__).parents[2] / "policies"


def third_policy():
    """A provider of our own: more than 10 days, steps down as it is paid, finance confirms."""
    text = (PRESETS / f"{WHOLESALE}.toml").read_text("utf-8")
    for old, new in [
        ("more_than_days = 21", "more_than_days = 10"),
        ("from_days = 30, standing", "from_days = 40, standing"),
        ('released_by = "nothing_overdue"', 'released_by = "below_rung"\nignore_below = "20.00"'),
        ('effect = "automatic"', 'effect = "proposed"'),
    ]:
        assert old in text
        text = text.replace(old, new)
    return make_policy(text=text)


def spare(profile, day, until, **more):
    given = {"reason": "Agreed by telephone.", "by": make_staff(), **more}
    return exempt(
        account=profile.account, until_on=DUE + timedelta(days=until), at=on(day), **given
    )


@pytest.mark.clause("S-12", "R-12")
def test_an_exemption_releases_and_the_ladder_has_its_word_the_day_after():
    profile = make_debtor()
    owe(profile)
    review_standing(account=profile.account, at=on(22))

    row = spare(profile, 23, 28)
    during = state_of(profile)
    seen = [(review_standings(at=on(28)).moved, state_of(profile))]
    seen.append((review_standings(at=on(29, hour=0)).moved, state_of(profile)))

    row.refresh_from_db()
    assert (during, seen) == ("GOOD", [(0, "GOOD"), (1, S)])
    assert (row.status, row.ended_why) == ("ENDED", "Its last day is over.")
    assert StandingReview.objects.get(to_state="GOOD").exemption == row
    assert [each.status for each in row.history.order_by("pk")] == ["IN_FORCE", "ENDED"]


@pytest.mark.clause("S-12", "R-12")
def test_a_promise_adds_no_step_gives_none_back_and_is_broken_by_the_day_after():
    profile = make_debtor()
    owe(profile)
    review_standing(account=profile.account, at=on(22))

    row = spare(profile, 23, 35, kind="PROMISE")
    during = [state_of(profile)]
    review_standings(at=on(31))
    during.append(state_of(profile))
    review_standings(at=on(36))

    row.refresh_from_db()
    assert (during, state_of(profile)) == ([S, S], D)
    assert (row.status, row.ended_why) == ("BROKEN", "100.00 USD is still overdue.")


@pytest.mark.clause("S-12", "R-12")
def test_a_promise_is_kept_by_paying():
    profile = make_debtor()
    invoice = owe(profile)
    row = spare(profile, 15, 25, kind="PROMISE")

    pay(invoice, "100.00", at=on(24))
    review_standings(at=on(26))

    row.refresh_from_db()
    assert (row.status, state_of(profile)) == ("KEPT", "GOOD")


@pytest.mark.clause("S-12", "R-12")
@pytest.mark.parametrize(
    ("paid", "day", "status", "why"),
    [
        ("60.00", 25, "KEPT", "Of 60.00 USD, 60.00 USD was paid by 2026-03-29."),
        ("59.99", 25, "BROKEN", "Of 60.00 USD, 59.99 USD was paid by 2026-03-29."),
        ("60.00", 26, "BROKEN", "Of 60.00 USD, 0.00 USD was paid by 2026-03-29."),
        ("100.00", 25, "KEPT", "Nothing is overdue any more."),
    ],
)
def test_a_promise_of_an_amount_is_kept_by_paying_that_in_time(paid, day, status, why):
    profile = make_debtor()
    invoice = owe(profile)
    pay(owe(profile, "500.00"), "500.00", at=on(14))
    row = spare(profile, 15, 25, kind="PROMISE", amount=Decimal(60))

    pay(invoice, paid, at=on(day, hour=1))
    review_standings(at=on(26))

    row.refresh_from_db()
    assert (row.status, row.ended_why) == (status, why)


@pytest.mark.clause("S-12", "R-12")
def test_the_client_is_told_before_an_exemption_ends_of_the_step_that_was_passed():
    profile = make_debtor()
    owe(profile)
    spare(profile, 10, 30)

    for day in range(10, 24):
        review_standings(at=on(day))
    early = StandingNotice.objects.exists()
    review_standings(at=on(24))
    mail = Message.objects.get(topic="standing.notice")
    words = render(topic=mail.topic, payload=mail.payload).text
    # Another exemption: what was told is taken back, and told again before the new end.
    spare(profile, 25, 40)
    with pytest.raises(Withdrawn):
        render(topic=mail.topic, payload=mail.payload)
    for day in range(26, 42):
        review_standings(at=on(day))

    told = StandingNotice.objects.order_by("pk")
    assert (early, "4 Apr 2026" in words) == (False, True)
    assert [(row.kind, row.state, row.days_before, (row.acts_on - DUE).days) for row in told] == [
        ("WARNING", D, 7, 31),
        ("WARNING", D, 7, 41),
        ("WARNING", D, 1, 41),
        ("CHANGE", D, 0, 41),
    ]


@pytest.mark.clause("S-12", "R-12")
def test_a_promise_that_ends_before_a_step_changes_nothing_of_what_is_told():
    profile = make_debtor()
    owe(profile)
    spare(profile, 10, 18, kind="PROMISE")

    for day in range(11, 23):
        review_standings(at=on(day))

    told = StandingNotice.objects.filter(kind="WARNING").order_by("pk")
    assert [(row.state, row.days_before, row.at) for row in told] == [
        (S, 7, on(15)),
        (S, 1, on(21)),
    ]


@pytest.mark.clause("S-12", "R-12")
def test_revoked_it_ends_at_once_and_only_once():
    profile, boss = make_debtor(), make_staff()
    owe(profile)
    row = spare(profile, 22, 60)

    revoke(exemption=row, why="A mistake.", at=on(23), by=boss)

    row.refresh_from_db()
    assert (row.status, row.ended_by, state_of(profile)) == ("REVOKED", boss, S)
    with pytest.raises(BillingRefused, match="over already: revoked"):
        revoke(exemption=row, why="Again.", at=on(23), by=boss)


@pytest.mark.clause("R-12")
@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"reason": " "}, "Say why"),
        ({"until": 22}, "That day is over: use 2026-03-27 or later"),
        ({"amount": -1}, "Promise more than nothing"),
    ],
)
def test_what_cannot_be_spared_is_refused(more, words):
    given = {"day": 23, "until": 30, **more}
    with pytest.raises(BillingRefused, match=words):
        spare(make_debtor(), **given)
    assert not Exemption.objects.exists()


@pytest.mark.clause("S-12", "R-12")
def test_a_second_one_takes_the_place_of_the_first():
    profile = make_debtor()
    first, second = spare(profile, 1, 30), spare(profile, 2, 40)

    first.refresh_from_db()
    assert (first.status, second.status) == ("REVOKED", "IN_FORCE")


@pytest.mark.clause("S-12", "R-12")
def test_a_third_policy_proposes_and_finance_confirms():
    profile, boss = make_debtor(version=third_policy()), make_staff()
    old = owe(profile)
    owe(profile, "50.00", due_on=DUE + timedelta(days=35))

    assert review_standings(at=on(10)).moved == 0
    review_standings(at=on(11))
    review_standings(at=on(12))
    proposal = StandingProposal.objects.get()
    waiting = state_of(profile)
    confirm(proposal=proposal, at=on(12), by=boss)

    proposal.refresh_from_db()
    assert (waiting, state_of(profile)) == ("GOOD", S)
    assert (proposal.status, proposal.decided_by) == ("CONFIRMED", boss)
    assert Standing.objects.get().held_by is None
    assert StandingNotice.objects.filter(kind="CHANGE").count() == 1

    # The harder step is proposed too; what is paid steps down by itself, without waiting for all.
    review_standings(at=on(40))
    assert StandingProposal.objects.get(status="OPEN").state == D
    pay(old, "100.00", at=on(41))
    assert state_of(profile) == "GOOD"
    assert not StandingProposal.objects.filter(status="OPEN").exists()


@pytest.mark.clause("S-12", "R-12")
def test_dismissed_it_is_not_proposed_again_in_the_same_spell_and_a_harder_one_is():
    profile, boss = make_debtor(version=third_policy()), make_staff()
    invoice = owe(profile)
    review_standings(at=on(11))
    dismiss(proposal=StandingProposal.objects.get(), why="Known client.", at=on(12), by=boss)

    review_standings(at=on(20))
    review_standings(at=on(40))
    assert list(StandingProposal.objects.order_by("pk").values_list("state", "status")) == [
        (S, "DISMISSED"),
        (D, "OPEN"),
    ]

    pay(invoice, "100.00", at=on(41))
    owe(profile, due_on=DUE + timedelta(days=42))
    review_standings(at=on(53))
    assert list(StandingProposal.objects.order_by("pk").values_list("state", "status")) == [
        (S, "DISMISSED"),
        (D, "LAPSED"),
        (S, "OPEN"),
    ]


@pytest.mark.clause("S-12")
def test_a_third_policy_lets_small_debts_be():
    profile = make_debtor(version=third_policy())
    owe(profile, "19.99")

    review_standings(at=on(90))
    assert not StandingProposal.objects.exists()

    owe(profile, "0.01", due_on=DUE + timedelta(days=80))
    review_standings(at=on(91))
    assert StandingProposal.objects.get().state == D


@pytest.mark.clause("R-12")
def test_what_was_paid_meanwhile_is_not_confirmed():
    profile, boss = make_debtor(version=third_policy()), make_staff()
    owe(profile)
    review_standings(at=on(11))
    proposal = StandingProposal.objects.get()
    spare(profile, 12, 30)

    with pytest.raises(BillingRefused, match="decided already: lapsed"):
        confirm(proposal=proposal, at=on(12), by=boss)
    with pytest.raises(BillingRefused, match="decided already: lapsed"):
        dismiss(proposal=proposal, why="No.", at=on(12), by=boss)


@pytest.mark.clause("S-12")
def test_without_a_rule_on_delinquency_nothing_is_suspended():
    profile = make_debtor(version=make_preset(slug="voximplant-premium-2023"))
    owe(profile)

    assert (review_standings(at=on(400)).moved, state_of(profile)) == (0, "GOOD")
