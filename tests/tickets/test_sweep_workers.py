"""Many workers at once, on a real PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from django.db import connection, transaction

from apps.outbox.models import Message as Mail
from apps.tickets import models, services
from apps.tickets.services import sweep as module
from apps.tickets.services.sweep import Swept
from tests.factories import make_client, make_staff, make_ticket
from tests.tickets.reading import deadline, facts, later, verdicts

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

PATIENCE = 20  # seconds until a test that hangs fails


def apart(act):
    """Run with a connection of its own, which is closed afterwards."""

    def run():
        try:
            return act()
        finally:
            connection.close()

    return run


def test_two_sweeps_at_once_miss_each_deadline_once(monkeypatch):
    monkeypatch.setattr(module, "BATCH", 3)
    make_staff(is_duty_manager=True)
    client, assignee = make_client(), make_staff()
    for count in range(20):
        make_ticket(requester=client, severity="1", at=later(minutes=count), assignee=assignee)
    together = Barrier(2)

    def sweep():
        together.wait(PATIENCE)
        return services.sweep_deadlines(at=later(hours=9))

    with ThreadPoolExecutor(2) as workers:
        first, second = [workers.submit(apart(sweep)) for _ in range(2)]
        swept = [first.result(PATIENCE), second.result(PATIENCE)]
    rest = services.sweep_deadlines(at=later(hours=9))

    assert sum(one.missed for one in [*swept, rest]) == 20
    assert models.Event.objects.filter(kind="DEADLINE_MISSED").count() == 20
    assert Mail.objects.filter(topic="deadline.missed").count() == 40


def test_the_sweep_passes_over_a_ticket_that_somebody_is_answering():
    """An answer in time, not yet committed, is not overtaken by the record of a miss."""
    ticket, staff = make_ticket(severity="1"), make_staff()
    locked, swept = Event(), Event()

    def answer():
        with transaction.atomic():
            services.answer(ticket=ticket, text="-", by=staff, at=later(hours=1), act_key="a")
            locked.set()
            assert swept.wait(PATIENCE)

    with ThreadPoolExecutor(1) as workers:
        answering = workers.submit(apart(answer))
        assert locked.wait(PATIENCE)
        found = services.sweep_deadlines(at=later(hours=2))
        swept.set()
        answering.result(PATIENCE)

    assert found == Swept()
    assert services.sweep_deadlines(at=later(hours=2)) == Swept()
    assert verdicts(ticket)["RESPONSE"] == ("MET", later(hours=1), later(hours=1))


def test_an_act_waits_for_a_sweep_that_was_first_and_finds_the_miss_on_record():
    """Neither a deadlock nor a miss that is written over."""
    ticket, staff = make_ticket(severity="1"), make_staff()

    def answer():
        services.answer(ticket=ticket, text="-", by=staff, at=later(hours=2), act_key="a")

    with ThreadPoolExecutor(1) as workers:
        with transaction.atomic():
            assert services.sweep_deadlines(at=later(hours=2)) == Swept(missed=1)
            answering = workers.submit(apart(answer))
            _until_somebody_waits()
        answering.result(PATIENCE)

    row = deadline(ticket, "RESPONSE")
    assert (row.state, row.settled_at, row.ended_at) == (
        "MISSED",
        later(hours=1),
        later(hours=2),
    )
    assert facts(ticket, "DEADLINE_MISSED") == [{"deadline": "RESPONSE"}]


def test_a_sweep_may_write_of_a_ticket_that_an_act_holds():
    """The act holds the ticket and waits for its deadline; the sweep writes the ticket's event."""
    ticket, staff = make_ticket(severity="1"), make_staff()

    def note():
        services.note(ticket=ticket, text="-", by=staff, at=later(hours=2), act_key="n")

    with ThreadPoolExecutor(1) as workers:
        with transaction.atomic():
            # As the sweep begins: it holds the deadline and has written nothing yet.
            models.Deadline.objects.select_for_update(no_key=True).get(ticket=ticket)
            noting = workers.submit(apart(note))
            _until_somebody_waits()
            assert services.sweep_deadlines(at=later(hours=2)) == Swept(missed=1)
        noting.result(PATIENCE)

    assert [kind for (kind,) in ticket.events.order_by("pk").values_list("kind")][-2:] == [
        "DEADLINE_MISSED",
        "NOTED",
    ]


def test_two_clicks_at_once_are_one_answer():
    ticket, staff = make_ticket(), make_staff()
    together = Barrier(2)

    def answer():
        together.wait(PATIENCE)
        return services.answer(ticket=ticket, text="-", by=staff, at=later(hours=1), act_key="a")

    with ThreadPoolExecutor(2) as workers:
        clicks = [workers.submit(apart(answer)) for _ in range(2)]
        first, second = [click.result(PATIENCE) for click in clicks]

    assert first == second
    assert Mail.objects.filter(topic="ticket.replied").count() == 1


def _until_somebody_waits():
    """Wait until another connection of this database stands before a lock of ours."""
    with connection.cursor() as cursor:
        for _ in range(PATIENCE * 50):
            cursor.execute(
                "SELECT pg_sleep(0.02), count(*) FROM pg_locks WHERE NOT granted"
                " AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())"
            )
            if cursor.fetchone()[1]:
                return
    raise AssertionError("nobody waits")
