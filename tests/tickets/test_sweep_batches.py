"""More is due than fits a batch, and something goes wrong in the middle."""

import pytest
from django.db import DataError, IntegrityError, connection

from apps.outbox.models import Message as Mail
from apps.tickets import services
from apps.tickets.models import Deadline, Event
from apps.tickets.services import sweep as module
from apps.tickets.services.sweep import Swept
from tests.factories import make_client, make_staff, make_ticket
from tests.tickets.reading import everything, later

pytestmark = pytest.mark.django_db

REFUSE = {
    "sqlite": [
        "CREATE TRIGGER poison BEFORE INSERT ON tickets_event WHEN NEW.ticket_id = {pk} "
        "BEGIN SELECT RAISE(ABORT, 'poisoned'); END"
    ],
    "postgresql": [
        "CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF NEW.ticket_id = {pk} THEN RAISE EXCEPTION 'poisoned' "
        "USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER poison BEFORE INSERT ON tickets_event "
        "FOR EACH ROW EXECUTE FUNCTION poison()",
    ],
}


def make_tickets(number):
    """Tickets whose one deadline was due after an hour, a minute apart."""
    client = make_client()
    return [
        make_ticket(requester=client, severity="1", at=later(minutes=count))
        for count in range(number)
    ]


def poison(ticket):
    """Let the database refuse every further event of this ticket."""
    with connection.cursor() as cursor:
        for statement in REFUSE[connection.vendor]:
            cursor.execute(statement.format(pk=ticket.pk))


def missed():
    return [
        *Deadline.objects.filter(state="MISSED")
        .order_by("ticket_id")
        .values_list("ticket_id", flat=True)
    ]


@pytest.mark.parametrize(("batch", "number"), [(2, 5), (2, 4), (3, 1), (1, 3)])
def test_all_that_is_due_is_swept_whatever_the_batch(monkeypatch, batch, number):
    monkeypatch.setattr(module, "BATCH", batch)
    make_staff(is_duty_manager=True)
    tickets = make_tickets(number)

    assert services.sweep_deadlines(at=later(hours=9)) == Swept(missed=number)
    assert missed() == [ticket.pk for ticket in tickets]
    assert Event.objects.filter(kind="DEADLINE_MISSED").count() == number
    assert Mail.objects.filter(topic="deadline.missed").count() == number


@pytest.mark.parametrize("place", range(7))
def test_what_cannot_be_written_holds_up_nothing_else(monkeypatch, caplog, place):
    monkeypatch.setattr(module, "BATCH", 4)
    make_staff(is_duty_manager=True)
    tickets = make_tickets(7)
    bad = tickets.pop(place)
    poison(bad)

    assert services.sweep_deadlines(at=later(hours=9)) == Swept(missed=6, stuck=1)

    assert missed() == [ticket.pk for ticket in tickets]
    assert bad.deadlines.get().state == "OPEN"
    assert Mail.objects.filter(topic="deadline.missed").count() == 6
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == [
        f"Deadline {bad.deadlines.get().pk} cannot be swept"
    ]


def test_what_cannot_be_written_leaves_nothing_half_done_and_is_tried_again(caplog):
    make_staff(is_duty_manager=True)
    (ticket,) = make_tickets(1)
    before = everything()
    poison(ticket)

    assert services.sweep_deadlines(at=later(hours=9)) == Swept(stuck=1)
    assert everything() == before

    on = " ON tickets_event" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER poison{on}")
    assert services.sweep_deadlines(at=later(hours=9)) == Swept(missed=1)


def test_several_that_cannot_be_written_are_found_one_by_one(monkeypatch, caplog):
    monkeypatch.setattr(module, "BATCH", 4)
    tickets = make_tickets(9)
    with connection.cursor() as cursor:
        # A check that holds for what is there already, and not for what the sweep would write.
        for ticket in (tickets[0], tickets[1], tickets[8]):
            cursor.execute(
                "UPDATE tickets_deadline SET warn_at = NULL WHERE ticket_id = %s", [ticket.pk]
            )
    Deadline.objects.filter(warn_at=None).update(due_at=later(hours=20), next_at=later(hours=1))

    # Their warning has no instant, so its event cannot be written.
    assert services.sweep_deadlines(at=later(hours=9)) == Swept(missed=6, stuck=3)


def test_what_is_on_record_already_is_left_as_it_is():
    """Say, by a worker that had told of it before its database was put back to yesterday."""
    manager = make_staff(is_duty_manager=True)
    (ticket,) = make_tickets(1)
    row = ticket.deadlines.get()
    Event.objects.create(
        ticket=ticket,
        kind="DEADLINE_MISSED",
        at=row.due_at,
        recorded_at=row.due_at,
        facts={"deadline": "RESPONSE"},
        source_key=f"deadline:{row.pk}:missed",
    )

    assert services.sweep_deadlines(at=later(hours=9)) == Swept(missed=1)
    assert ticket.events.filter(kind="DEADLINE_MISSED").count() == 1
    assert [mail.recipient for mail in Mail.objects.filter(topic="deadline.missed")] == [
        manager.email
    ]


def test_a_refusal_before_anything_was_found_is_no_deadlines_fault(monkeypatch):
    monkeypatch.setattr(module, "BATCH", 2**70)  # more rows than a database can count

    with pytest.raises((DataError, IntegrityError)):
        services.sweep_deadlines(at=later(hours=9))
