"""Many who set the first standing of an account at once: one row, one change."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from apps.contracts import services
from apps.contracts.models import Standing
from tests.factories import MORNING, make_order

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.mark.clause("S-12")
def test_of_many_that_suspend_an_account_at_once_one_moves_it():
    account = make_order().account

    def suspend(_):
        try:
            return services.set_standing(
                account=account, state="SUPPORT_SUSPENDED", clause="S-12", why="Late", at=MORNING
            )
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=4) as threads:
        moved = sorted(threads.map(suspend, range(4)))

    assert moved == [False, False, False, True]
    assert Standing.history.count() == 1
