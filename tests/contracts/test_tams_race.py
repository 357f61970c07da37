"""Two who act on one order's TAM at the same time: PostgreSQL lets one through."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection

from apps.contracts import services
from apps.contracts.models import TamAssignment
from apps.outbox.models import Message
from tests.factories import MORNING, make_staff
from tests.tams_made import assign, hand_over, mails, make_held, make_tam_order, withdraw

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
EARLIEST = date(2026, 3, 13)


def at_once(*acts) -> list[str]:
    """Do all acts in threads of their own; return what each came to."""

    def run(act):
        try:
            return str(act() or "nothing")
        except services.TamRefused:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=len(acts)) as threads:
        return sorted(threads.map(run, acts))


@pytest.mark.clause("V-6.2")
def test_of_many_who_assign_one_gets_through():
    order, staff, by = make_tam_order(), [make_staff() for _ in range(4)], make_staff()

    told = at_once(*(lambda tam=tam: assign(order, tam, by=by) and "done" for tam in staff))

    assert told == ["done", *["refused"] * 3]
    assert TamAssignment.objects.count() == 1


@pytest.mark.clause("V-6.6")
def test_of_many_who_plan_a_hand_over_one_gets_through_and_the_client_is_told_once():
    order, staff, by = make_held(), [make_staff() for _ in range(4)], make_staff()

    told = at_once(
        *(lambda tam=tam: hand_over(order, tam, EARLIEST, by=by) and "done" for tam in staff)
    )

    assert told == ["done", *["refused"] * 3]
    assert (TamAssignment.objects.count(), len(mails("tam.replaced"))) == (2, 1)


@pytest.mark.clause("V-6.6")
def test_many_sweeps_at_once_note_a_notice_once():
    row = hand_over(make_held(), make_staff(), EARLIEST)
    late = MORNING.replace(day=10)
    Message.objects.update(state="SENT", due_at=None, sent_at=late)

    told = at_once(*[lambda: services.note_notices(at=late)] * 4)

    row.refresh_from_db()
    assert (told, row.starts_on) == (["1", *["nothing"] * 3], date(2026, 3, 19))
    assert len(mails("tam.replaced")) == 2
    assert row.history.filter(history_type="~").count() == 1


@pytest.mark.clause("V-6.6")
def test_a_withdrawal_and_a_sweep_at_once_leave_nothing_that_counts():
    row, by = hand_over(make_held(), make_staff(), EARLIEST), make_staff()
    Message.objects.update(state="SENT", due_at=None, sent_at=MORNING)

    at_once(
        lambda: withdraw(row, by=by) and "done",
        *[lambda: services.note_notices(at=MORNING)] * 3,
    )

    row.refresh_from_db()
    assert row.withdrawn_at == MORNING
    assert len(mails("tam.handover_withdrawn")) == 1
