"""Reviews and payments at the same time: PostgreSQL lets one after the other through."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction

from apps.billing.models import StandingNotice, StandingReview
from apps.billing.services.standing_sweep import review_standings
from apps.outbox.models import Message
from tests.standing_made import DUE, make_debtor, on, owe, pay, state_of

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
S = "SUPPORT_SUSPENDED"


def at_once(*acts):
    def run(act):
        try:
            with transaction.atomic():
                act()
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=len(acts)) as threads:
        list(threads.map(run, acts))


@pytest.mark.clause("S-12")
def test_four_workers_move_each_account_once_and_tell_it_once():
    profiles = [make_debtor(with_user=False) for _ in range(8)]
    for number, profile in enumerate(profiles):
        owe(profile, due_on=DUE - timedelta(days=(15, 22)[number % 2]))

    at_once(*(lambda: review_standings(at=on(0)) for _ in range(4)))
    review_standings(at=on(0))

    assert [state_of(profile) for profile in profiles] == ["GOOD", S] * 4
    assert StandingReview.objects.count() == 4
    assert StandingNotice.objects.count() == Message.objects.count() == 8


@pytest.mark.clause("S-12", "R-5")
def test_a_payment_and_a_review_that_meet_end_in_good_standing():
    profile = make_debtor()
    invoice = owe(profile)

    at_once(
        lambda: pay(invoice, "100.00", at=on(22)),
        *(lambda: review_standings(at=on(22)) for _ in range(3)),
    )

    assert state_of(profile) == "GOOD"
