"""An account's standing follows what it owes, with evidence, mails and tickets."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from apps.billing.models import StandingNotice, StandingReview
from apps.billing.services.standing import review_standing
from apps.billing.services.standing_sweep import retell_standings
from apps.contracts.models import AuthorisedUser, Standing
from apps.contracts.services import DashboardSuspended, check_dashboard, set_standing
from apps.outbox.models import Message
from apps.outbox.rendering import render
from apps.tickets import services as tickets
from apps.tickets.queries.suspended import why_suspended
from tests.factories import make_staff, make_ticket
from tests.standing_made import DUE, ZONE, dispute, make_debtor, on, owe, pay, reject, state_of

pytestmark = pytest.mark.django_db
S, D = "SUPPORT_SUSPENDED", "DASHBOARD_SUSPENDED"


def review(profile, day, **more):
    return review_standing(account=profile.account, at=on(day, **more))


@pytest.mark.clause("S-12", "R-4")
def test_the_ladder_is_climbed_at_midnight_of_the_policys_zone():
    profile = make_debtor()
    owe(profile)
    seen = []

    for day, hour in [(21, 23), (22, 0), (29, 23), (30, 0)]:
        seen.append((review(profile, day, hour=hour), state_of(profile)))

    assert seen == [(False, "GOOD"), (True, S), (False, S), (True, D)]
    assert review(profile, 31) is False


@pytest.mark.clause("S-12", "R-4", "R-5")
def test_each_change_keeps_its_evidence():
    profile = make_debtor()
    first = owe(profile, "100.00")
    owe(profile, "50.00", due_on=DUE + timedelta(days=10))

    review(profile, 22)

    row = StandingReview.objects.get()
    assert (row.from_state, row.to_state, row.on, row.days) == ("GOOD", S, DUE + timedelta(22), 22)
    assert (row.overdue_amount, row.clears_amount, row.currency) == (150, 150, "USD")
    assert (row.version, row.clause) == (profile.account.orders.get().version, "S-12")
    assert row.documents[0] == {
        "item": first.item.pk,
        "name": first.reference,
        "due_on": "2026-03-04",
        "days": 22,
        "open": "100.00",
        "disputed": "0.00",
        "overdue": "100.00",
    }
    assert [
        (step["clause"], step["text"].format(**step["figures"])) for step in row.explanation
    ] == [
        (
            "S-12, R-4",
            "2026-03-26, in America/New_York: 2 documents are overdue, 150.00 USD in all. The"
            f" oldest, {first.reference}, was due 2026-03-04: 22 days.",
        ),
        ("S-12", "More than 21 days: support on what is not service-related is suspended."),
        ("S-12, R-4", "150.00 USD paid clears it."),
    ]
    standing = Standing.objects.get()
    assert standing.why == (
        f"{first.reference}, due 2026-03-04, and 1 more are overdue. 150.00 USD paid clears it."
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        StandingReview.objects.update(days=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        StandingReview.objects.all().delete()


@pytest.mark.clause("S-12", "R-5")
def test_a_part_paid_changes_nothing_and_the_rest_releases_at_once():
    profile = make_debtor()
    invoice = owe(profile, "100.00")
    review(profile, 30)

    pay(invoice, "99.99", at=on(31))
    partly = state_of(profile)
    assert said_of(profile) == f"{invoice}, due 2026-03-04, is overdue. 0.01 USD paid clears it."
    pay(invoice, "0.01", at=on(31, hour=13))

    assert (partly, state_of(profile)) == (D, "GOOD")
    assert list(StandingReview.objects.values_list("from_state", "to_state").order_by("pk")) == [
        ("GOOD", D),
        (D, "GOOD"),
    ]


@pytest.mark.clause("S-12", "R-5")
def test_whoever_is_told_what_clears_it_is_told_what_clears_it_now():
    profile = make_debtor()
    invoice = owe(profile)
    late = owe(profile, "7.00", due_on=DUE + timedelta(days=31))
    user = AuthorisedUser.objects.get(order__account=profile.account)
    ticket = _ticket(user, related=False)
    review(profile, 30)
    since, kept = Standing.objects.get().since_at, StandingReview.objects.count()

    pay(invoice, "40.00", at=on(31))

    row = Standing.objects.get()
    now = f"{invoice}, due 2026-03-04, is overdue. 60.00 USD paid clears it."
    assert (row.why, row.since_at, row.clause) == (now, since, "S-12")
    assert [each.why for each in row.history.order_by("history_id")][1:] == [now]
    assert StandingReview.objects.count() == kept  # it did not move
    with pytest.raises(DashboardSuspended) as refusal:
        check_dashboard(account=profile.account)
    assert str(refusal.value) == f"Adds, changes and deletions are suspended. {now}"
    mails = {each.topic: _told(each) for each in Message.objects.exclude(topic="ticket.registered")}
    assert f"Reason: {now}" in mails["standing.changed"]
    assert "To pay: 60.00 USD" in mails["standing.changed"]
    assert f"{invoice}, due 4 Mar 2026: 60.00 USD, 30 days overdue" in mails["standing.changed"]
    assert now in mails["ticket.suspended"]
    assert why_suspended(ticket.events.get(kind="SUSPENDED"), ticket) == now

    assert retell_standings(at=on(31, hour=23)).accounts == 0
    assert retell_standings(at=on(32, hour=0)).accounts == 1  # the other one is overdue too
    more = f"{invoice}, due 2026-03-04, and 1 more are overdue. 67.00 USD paid clears it."
    assert (late.item.due_on, said_of(profile)) == (on(31).date(), more)
    row_count = Standing.history.count()
    assert retell_standings(at=on(33)).accounts == 0
    assert Standing.history.count() == row_count

    boss = make_staff()
    set_standing(account=profile.account, state=D, why="Fraud.", at=on(34), clause="S-12", by=boss)
    pay(invoice, "1.00", at=on(35))
    assert said_of(profile) == "Fraud."


def said_of(profile) -> str:
    return Standing.objects.get(account=profile.account).why


def _told(mail) -> str:
    return " ".join(render(topic=mail.topic, payload=mail.payload).text.split())


@pytest.mark.clause("S-12", "R-5")
def test_a_night_that_nobody_reviewed_loses_no_rung():
    profile = make_debtor()
    old, young = owe(profile), owe(profile, due_on=DUE + timedelta(days=20))

    pay(old, "100.00", at=on(23))
    assert state_of(profile) == S

    pay(young, "100.00", at=on(24))
    assert state_of(profile) == "GOOD"


@pytest.mark.clause("S-12", "R-5")
def test_a_dispute_releases_and_its_rejection_counts_from_the_due_date():
    profile = make_debtor()
    invoice = owe(profile)
    review(profile, 22)

    row = dispute(invoice, "100.00", at=on(23))
    during = state_of(profile)
    reject(row, at=on(40))

    assert (during, state_of(profile)) == ("GOOD", D)
    assert StandingReview.objects.first().days == 40


@pytest.mark.clause("S-12", "R-12")
def test_what_a_person_holds_the_machine_never_moves():
    profile, boss = make_debtor(), make_staff()
    invoice = owe(profile)
    held = {"clause": "S-12", "by": boss, "hold": True}
    set_standing(account=profile.account, state=D, why="Fraud.", at=on(1), **held)

    pay(invoice, "100.00", at=on(2))
    assert (review(profile, 40), state_of(profile)) == (False, D)

    set_standing(
        account=profile.account, state=D, why="No more.", at=on(41), clause="S-12", by=boss
    )
    assert state_of(profile) == "GOOD"
    assert StandingReview.objects.get().by == boss


@pytest.mark.clause("S-12", "R-6", "R-13")
def test_tickets_wait_with_the_suspension_and_go_on_with_the_payment():
    profile = make_debtor()
    invoice = owe(profile)
    user = AuthorisedUser.objects.get(order__account=profile.account)
    parked, served = (_ticket(user, related) for related in (False, True))
    unclassified = make_ticket(requester=user, severity="4", at=on(21, hour=10))

    review(profile, 22)
    during = [_status(each) for each in (parked, served, unclassified)]
    told = Message.objects.get(topic="ticket.suspended")
    pay(invoice, "100.00", at=on(23))

    assert during == ["SUSPENDED", "OPEN", "OPEN"]
    assert told.recipient == user.email
    assert "100.00 USD paid clears it." in parked.events.get(kind="SUSPENDED").facts["why"]
    assert _status(parked) == "OPEN"
    assert tickets.follow_standings(at=on(23)) == 0


def _ticket(user, related):
    ticket = make_ticket(requester=user, severity="4", at=on(21, hour=10))
    category = next(
        each
        for each in ticket.version.reasons.filter(kind="CATEGORY").order_by("position")
        if each.terms["service_related"] is related
    )
    facts = {"category": category, "covered_work": None, "by": make_staff()}
    tickets.classify(ticket=ticket, at=on(21, hour=11), **facts)
    return ticket


def _status(ticket):
    ticket.refresh_from_db()
    return ticket.status


@pytest.mark.clause("S-12")
def test_the_payment_the_release_and_the_tickets_are_one_transaction():
    profile = make_debtor()
    invoice = owe(profile)
    review(profile, 22)

    class Killed(Exception):
        pass

    def killed():
        pay(invoice, "100.00", at=on(23))
        assert state_of(profile) == "GOOD"
        raise Killed

    with pytest.raises(Killed), transaction.atomic():
        killed()

    assert state_of(profile) == S


@pytest.mark.clause("S-12")
def test_the_client_is_told_of_each_step_before_it_once_and_of_each_change():
    profile = make_debtor()
    invoice = owe(profile)

    for day in range(10, 32):
        review(profile, day)
        review(profile, day, hour=20)
    pay(invoice, "100.00", at=on(32))

    told = StandingNotice.objects.order_by("pk")
    assert [(row.kind, row.state, row.days_before, _day(row.at)) for row in told] == [
        ("WARNING", S, 7, 15),
        ("WARNING", S, 1, 21),
        ("CHANGE", S, 0, 22),
        ("WARNING", D, 7, 23),
        ("WARNING", D, 1, 29),
        ("CHANGE", D, 0, 30),
        ("CHANGE", "GOOD", 0, 32),
    ]
    assert {tuple(row.recipients) for row in told} == {(profile.email,)}
    sent = Message.objects.filter(topic__startswith="standing.").order_by("pk")
    assert [row.messages for row in told] == [[message.pk] for message in sent]


def _day(at):
    return (at.astimezone(ZONE).date() - DUE).days


@pytest.mark.clause("S-12")
def test_after_nights_that_were_missed_one_mail_catches_up():
    profile = make_debtor()
    owe(profile)

    review(profile, 21)

    assert list(StandingNotice.objects.values_list("days_before", flat=True)) == [1]


@pytest.mark.clause("S-12", "R-4")
def test_a_review_takes_few_queries(django_assert_max_num_queries):
    profile = make_debtor()
    for day in range(20):
        owe(profile, due_on=DUE + timedelta(days=day))
    review(profile, 5)

    with django_assert_max_num_queries(12):
        review(profile, 6)
