"""The daily review of all accounts: set-based, idempotent, late, and which policy governs."""

from datetime import UTC, date, datetime, timedelta

import pytest

from apps.billing.models import Exemption, StandingNotice, StandingReview
from apps.billing.queries.days import today_of
from apps.billing.queries.governing import governing
from apps.billing.queries.standings_due import accounts_due
from apps.billing.services.standing_sweep import Reviewed, review_standings
from apps.contracts.models import Order, Standing
from apps.contracts.queries import dashboard_allowed, restrictions
from apps.contracts.services import DashboardSuspended, check_dashboard, set_standing
from apps.outbox.models import Message
from apps.outbox.rendering import Withdrawn, render
from tests.factories import make_order, make_policy, make_preset, make_staff
from tests.standing_made import DUE, WHOLESALE, dispute, make_debtor, on, owe, pay, state_of

pytestmark = pytest.mark.django_db
S, D = "SUPPORT_SUSPENDED", "DASHBOARD_SUSPENDED"
OURS = 'time_zone = "America/New_York"'


def policy_of(zone: str):
    text = make_preset(slug=WHOLESALE).source
    return make_policy(text=text.replace(OURS, f'time_zone = "{zone}"', 1))


def days_of(*profiles):
    for days_overdue, profile in profiles:
        owe(profile, due_on=DUE - timedelta(days=days_overdue))


@pytest.mark.clause("S-12", "R-4")
def test_all_are_reviewed_with_as_many_queries_as_one(django_assert_max_num_queries):
    profiles = [make_debtor(with_user=False) for _ in range(12)]
    days_of(*zip([0, 21, 22, 29, 30, 90] * 2, profiles, strict=True))

    with django_assert_max_num_queries(32):
        done = review_standings(at=on(0))

    assert done == Reviewed(accounts=10, moved=8)
    assert [state_of(each) for each in profiles] == ["GOOD", "GOOD", S, S, D, D] * 2
    assert StandingReview.objects.count() == Standing.history.count() == 8


@pytest.mark.clause("S-12")
def test_a_second_run_finds_nothing_to_do(django_assert_max_num_queries):
    days_of(*((days, make_debtor(with_user=False)) for days in (5, 15, 21, 22, 23, 30)))
    review_standings(at=on(0))
    before = (StandingReview.objects.count(), StandingNotice.objects.count())

    with django_assert_max_num_queries(8):
        assert review_standings(at=on(0, hour=23)) == Reviewed()
    assert (StandingReview.objects.count(), StandingNotice.objects.count()) == before


@pytest.mark.clause("S-12", "R-5")
def test_run_late_it_comes_to_the_same():
    daily, late = make_debtor(), make_debtor()
    for profile in (daily, late):
        owe(profile)
    Exemption.objects.create(
        account=late.account,
        kind="EXEMPTION",
        until_on=DUE + timedelta(days=34),
        reason="Made for a test.",
        made_at=on(0),
        made_by=make_staff(),
    )

    for day in range(36):
        review_standings(at=on(day))

    assert (state_of(daily), state_of(late)) == (D, D)


@pytest.mark.clause("S-12", "R-12")
def test_who_is_held_is_not_even_looked_at():
    profile = make_debtor()
    owe(profile)
    held = {"clause": "S-12", "by": make_staff(), "hold": True}
    set_standing(account=profile.account, state="GOOD", why="A friend.", at=on(1), **held)

    assert list(accounts_due(at=on(40))) == []


@pytest.mark.clause("S-12", "R-12")
def test_a_hold_that_is_lifted_lets_the_ladder_act_at_once():
    profile = make_debtor()
    owe(profile)
    facts = {"account": profile.account, "state": "GOOD", "clause": "S-12", "by": make_staff()}
    set_standing(why="A friend.", at=on(1), hold=True, **facts)
    held = state_of(profile), review_standings(at=on(40))

    set_standing(why="No friend.", at=on(40), **facts)

    assert (held, state_of(profile)) == (("GOOD", Reviewed()), D)


@pytest.mark.clause("S-12")
def test_who_owes_nothing_any_more_is_released_though_nobody_reviewed_that():
    profile = make_debtor()
    set_standing(account=profile.account, state=S, clause="S-12", why="Overdue.", at=on(1))

    assert review_standings(at=on(2)) == Reviewed(accounts=1, moved=1)
    assert state_of(profile) == "GOOD"


@pytest.mark.clause("S-12", "R-4")
def test_each_policy_has_midnight_in_its_own_zone():
    there, here = make_debtor(version=policy_of("Asia/Tokyo")), make_debtor()
    for profile in (there, here):
        owe(profile)

    at = datetime(2026, 3, 25, 15, tzinfo=UTC)  # midnight in Tokyo, the morning in New York
    review_standings(at=at - timedelta(seconds=1))
    before = (state_of(there), state_of(here))
    review_standings(at=at)

    assert (before, (state_of(there), state_of(here))) == (("GOOD", "GOOD"), (S, "GOOD"))


@pytest.mark.clause("S-12")
def test_the_order_in_term_that_began_last_governs_else_the_last_that_began():
    profile, elsewhere = make_debtor(), policy_of("Asia/Tokyo")
    first = profile.account.orders.get()
    given = {"account": profile.account, "version": first.version}
    newer = make_order(**given, starts_on=date(2026, 2, 1), ends_on=date(2026, 3, 31))
    ended = make_order(
        **given, starts_on=date(2026, 2, 15), ends_on=date(2026, 3, 1), state="ENDED"
    )
    make_order(**given, starts_on=date(2026, 2, 20), state="DRAFT")
    future = make_order(**given, starts_on=date(2026, 6, 1))

    def governs(at):
        return governing(accounts=[profile.account_id], at=at)[profile.account_id].order_id

    assert governs(on(0)) == newer.pk
    Order.objects.filter(state="DRAFT").update(version=elsewhere)
    assert today_of(profile.account, at=on(0, hour=23)) == DUE
    assert governs(on(60)) == first.pk
    type(first).objects.filter(pk__in=[first.pk, newer.pk, future.pk]).update(state="TERMINATED")
    assert governs(on(60)) == future.pk
    type(first).objects.filter(pk=future.pk).update(state="DRAFT")
    assert governs(on(60)) == ended.pk


@pytest.mark.clause("S-12", "R-5")
def test_only_bona_fide_disputes_count_where_the_policy_says_so():
    text = make_preset(slug=WHOLESALE).source.replace(
        "disputed_counts = false", 'disputed_counts = false\ndisputed_from = "bona_fide"'
    )
    profiles = [make_debtor(version=make_policy(text=text)) for _ in range(2)]
    raised, found = (owe(profile) for profile in profiles)
    dispute(raised, "100.00", at=on(5))
    dispute(found, "100.00", at=on(5), state="BONA_FIDE")

    review_standings(at=on(22))

    assert [state_of(profile) for profile in profiles] == [S, "GOOD"]


@pytest.mark.clause("S-12")
def test_a_notice_is_taken_back_when_it_was_paid_before_it_went_out():
    profile = make_debtor()
    invoice = owe(profile)
    review_standings(at=on(15))
    mail = Message.objects.get(topic="standing.notice")
    told = render(topic=mail.topic, payload=mail.payload)

    pay(invoice, "100.00", at=on(16))

    assert told.subject == f"{profile.account}: 100.00 USD to pay before 26 Mar 2026"
    assert "Pay:      100.00 USD" in told.text
    with pytest.raises(Withdrawn, match="paid, disputed or spared"):
        render(topic=mail.topic, payload=mail.payload)


@pytest.mark.clause("S-12")
def test_a_mail_on_a_change_is_taken_back_when_it_stands_otherwise_by_now():
    profile = make_debtor()
    invoice = owe(profile)
    review_standings(at=on(30))
    mail = Message.objects.get(topic="standing.changed")
    told = render(topic=mail.topic, payload=mail.payload)

    pay(invoice, "100.00", at=on(31))

    assert f"{invoice.reference}, due 4 Mar 2026: 100.00 USD, 30 days overdue" in told.text
    assert "To pay:   100.00 USD" in told.text
    with pytest.raises(Withdrawn, match="otherwise by now"):
        render(topic=mail.topic, payload=mail.payload)


@pytest.mark.clause("S-12")
def test_the_dashboards_suspension_is_obeyed_by_whoever_asks():
    profile = make_debtor()
    invoice = owe(profile)
    review_standings(at=on(29))
    check_dashboard(account=profile.account)
    support_only = restrictions(profile.account)

    review_standings(at=on(30))
    with pytest.raises(DashboardSuspended, match=r"100\.00 USD paid clears it") as refusal:
        check_dashboard(account=profile.account)
    both = restrictions(profile.account)
    pay(invoice, "100.00", at=on(30, hour=13))

    assert (support_only.support, support_only.dashboard) == (True, False)
    assert (both.support, both.dashboard, both.since, refusal.value.clause) == (
        True,
        True,
        on(30),
        "S-12",
    )
    assert dashboard_allowed(profile.account) is True
    check_dashboard(account=profile.account)
