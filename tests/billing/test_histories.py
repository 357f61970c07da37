"""Whatever is done, in whatever order: the ledger agrees with itself and with a book beside it."""

import pytest

from apps.billing.models import Allocation, ClosedMonth
from apps.billing.queries.verify import verify_ledger
from tests.history_made import ACTS, History, of_the_ledger

STEPS = 60

pytestmark = pytest.mark.django_db


@pytest.mark.clause("S-12", "S-13")
@pytest.mark.parametrize("seed", range(6))
def test_after_any_history_the_ledger_agrees_with_itself_and_with_the_book(seed):
    history = History(seed)
    for number in range(1, STEPS + 1):
        history.step()
        if number % 10 == 0:
            assert [found.words for found in verify_ledger(as_of=history.today).findings] == []
            book = [history.owed[profile.account_id] for profile in history.profiles]
            assert [of_the_ledger(each) for each in history.profiles] == [(o, o) for o in book]


# That the histories are of everything is a matter of what is drawn, and not of the engine.
@pytest.mark.one_engine
def test_the_histories_do_all_there_is_to_do():
    history = History(2026)
    for _ in range(260):
        history.step()

    assert {act.__name__ for act in ACTS} - set(history.done) == set()
    assert ClosedMonth.objects.count() > 1
    assert Allocation.objects.filter(reverses__isnull=False).exists()
    assert verify_ledger(as_of=history.today).findings == []
