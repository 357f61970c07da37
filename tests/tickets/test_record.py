"""The log and the cache of deadlines: in order, in step, and not to be changed."""

from dataclasses import asdict

import pytest
from django.db import IntegrityError, connection, transaction

from apps.contracts import queries as contracts
from apps.outbox.models import Message as Mail
from apps.tickets import services
from apps.tickets.models import Deadline, Ticket
from apps.tickets.queries import history_of
from apps.tickets.rules.deadlines import deadlines
from tests.factories import make_staff, make_ticket, reason_of, severity_of
from tests.rules.promises import utc
from tests.tickets.reading import deadline, facts, later, log, mails, verdicts

pytestmark = pytest.mark.django_db


def answer(ticket, at, *, key="answer"):
    services.answer(ticket=ticket, text="Done.", by=make_staff(), at=at, act_key=key)


def change(ticket, to, at):
    services.change_severity(
        ticket=ticket,
        to=severity_of(ticket.version, to),
        reason=reason_of(ticket.version, "impact-changed"),
        explanation="It changed.",
        by=make_staff(),
        at=at,
    )


def stored(ticket):
    """The rows, as the rule says it."""
    return [
        {
            "kind": row.kind,
            "state": row.state,
            "target": row.target,
            "calendar_id": row.calendar_id,
            "clause": row.clause,
            "started_at": row.started_at,
            "due_at": row.due_at,
            "warn_at": row.warn_at,
            "settled_at": row.settled_at,
            "ended_at": row.ended_at,
            "used": row.used,
            "steps": row.steps,
            "serial": row.serial,
        }
        for row in ticket.deadlines.order_by("-kind")
    ]


def ruled(ticket):
    """What the rule says, as the rows do."""
    found = deadlines(
        history_of(ticket),
        terms=contracts.terms(version_id=ticket.version_id, plan_id=ticket.plan_id),
        hours=contracts.hours_of_version(ticket.version_id),
    )
    return [
        {**asdict(owed), "state": owed.state, "steps": [asdict(step) for step in owed.steps]}
        for owed in found
    ]


@pytest.mark.clause("V-2-resolution")
def test_an_act_whose_clock_runs_behind_is_dated_to_the_event_before_it():
    ticket = make_ticket()
    answer(ticket, later(hours=1))

    services.note(ticket=ticket, text="-", by=make_staff(), at=later(minutes=59), act_key="note")

    event = ticket.events.get(kind="NOTED")
    assert (event.at, event.recorded_at) == (later(hours=1), later(minutes=59))


@pytest.mark.clause("R-14")
@pytest.mark.parametrize("swept", [True, False], ids=["swept", "unswept"])
def test_a_miss_is_recorded_by_the_act_that_shows_it_as_by_the_sweep(swept):
    """Lowered after the due instant, before or after the sweep: missed when it was due."""
    manager = make_staff(is_duty_manager=True)
    ticket = make_ticket(severity="3")
    if swept:
        services.sweep_deadlines(at=later(hours=5))

    change(ticket, "4", later(hours=5))

    assert verdicts(ticket) == {
        "RESPONSE": ("MISSED", later(hours=4), later(hours=4)),
        "RESOLUTION": ("OPEN", utc("2026-03-10 09:00"), None),
    }
    assert facts(ticket, "DEADLINE_MISSED") == [{"deadline": "RESPONSE"}]
    assert mails("deadline.missed") == [manager.email]
    assert services.sweep_deadlines(at=later(hours=5)).missed == 0


@pytest.mark.clause("R-14", "R-17")
def test_a_raise_whose_deadline_has_passed_is_on_record_at_once():
    ticket = make_ticket(severity="3")

    change(ticket, "2", later(hours=3))

    assert log(ticket)[2:] == [
        ("SEVERITY_CHANGED", later(hours=3)),
        ("DEADLINE_MISSED", later(hours=2)),
    ]
    assert verdicts(ticket)["RESPONSE"] == ("MISSED", later(hours=2), later(hours=2))


@pytest.mark.clause("R-17")
def test_a_late_answer_is_recorded_as_late_and_as_an_answer():
    ticket = make_ticket()

    answer(ticket, later(hours=4, microseconds=1))

    row = deadline(ticket, "RESPONSE")
    assert (row.state, row.settled_at, row.ended_at) == (
        "MISSED",
        later(hours=4),
        later(hours=4, microseconds=1),
    )


@pytest.mark.clause("R-17")
def test_an_answer_at_the_very_due_instant_is_in_time():
    ticket = make_ticket()

    answer(ticket, later(hours=4))

    assert verdicts(ticket)["RESPONSE"] == ("MET", later(hours=4), later(hours=4))


@pytest.mark.parametrize("swept_at", [None, 5, 7, 30])
def test_the_rows_are_what_the_rule_says(swept_at):
    ticket = make_ticket()

    def sweep():
        if swept_at is not None:
            services.sweep_deadlines(at=later(hours=swept_at))
        return stored(ticket) == ruled(ticket)

    assert sweep()
    services.ask_client(
        ticket=ticket, text="Which?", by=make_staff(), at=later(hours=6), act_key="ask"
    )
    assert sweep()
    services.client_replied(
        ticket=ticket, client=ticket.requester, text="This.", at=later(hours=9), source_key="m"
    )
    assert sweep()
    change(ticket, "2", later(hours=10))
    assert sweep()
    answer(ticket, later(hours=40))
    assert sweep()


@pytest.mark.clause("S-8")
def test_what_happened_cannot_be_changed_or_removed():
    event = make_ticket().events.first()
    event.at = later(hours=1)

    for change_it in (event.save, event.delete):
        with pytest.raises(IntegrityError, match="is a record"), transaction.atomic():
            change_it()


@pytest.mark.clause("R-14")
def test_the_database_itself_does_not_forget_a_miss():
    ticket, elsewhere = make_ticket(), make_ticket(at=later(hours=6))
    services.sweep_deadlines(at=later(hours=5))
    row = Deadline.objects.filter(ticket=ticket, kind="RESPONSE")

    for change_it in (
        lambda: row.update(state="OPEN", settled_at=None),
        lambda: row.update(due_at=later(hours=6), settled_at=later(hours=6)),
        lambda: row.update(kind="RESOLUTION"),
        lambda: row.update(ticket=elsewhere),
        row.delete,
    ):
        with pytest.raises(IntegrityError, match="missed deadline stays"), transaction.atomic():
            change_it()


@pytest.mark.clause("R-14")
def test_the_instant_of_a_miss_cannot_be_taken_away():
    ticket = make_ticket()
    services.sweep_deadlines(at=later(hours=5))
    row = Deadline.objects.filter(ticket=ticket, kind="RESPONSE")

    for change in ({"due_at": None}, {"settled_at": later(hours=6)}):
        with pytest.raises(IntegrityError, match="miss_dated_to_its_due"), transaction.atomic():
            row.update(**change)


@pytest.mark.postgresql
@pytest.mark.parametrize("table", ["tickets_event", "tickets_deadline"])
def test_the_record_cannot_be_emptied_as_a_whole(table):
    with pytest.raises(IntegrityError, match="is never emptied"), transaction.atomic():
        connection.cursor().execute(f"TRUNCATE {table} CASCADE")


def test_a_warning_is_given_again_when_it_moves_and_not_when_it_moves_back():
    manager = make_staff(is_duty_manager=True)
    ticket = make_ticket(severity="4")  # response in 8 hours, warned of after 6
    services.sweep_deadlines(at=later(hours=6, seconds=1))
    change(ticket, "3", later(hours=6, seconds=2))  # 4 hours: missed

    ticket = make_ticket(severity="3")  # resolution in 8 hours, warned of after 6
    answer(ticket, later(hours=1))
    services.sweep_deadlines(at=later(hours=6, seconds=1))
    change(ticket, "4", later(hours=6, seconds=2))
    assert deadline(ticket, "RESOLUTION").warned_at is None
    change(ticket, "3", later(hours=6, seconds=3))

    again = services.sweep_deadlines(at=later(hours=6, seconds=4))

    told = Mail.objects.filter(topic="deadline.warned", payload__deadline_id=_pk(ticket))
    assert (again.warned, again.stuck) == (1, 0)
    assert [*told.values_list("recipient", flat=True)] == [manager.email]
    assert facts(ticket, "DEADLINE_WARNED") == [{"deadline": "RESOLUTION"}]
    assert deadline(ticket, "RESOLUTION").next_at == later(hours=8)


def _pk(ticket):
    return deadline(ticket, "RESOLUTION").pk


@pytest.mark.clause("R-14")
@pytest.mark.parametrize("column", ["order_id", "version_id", "plan_id", "account_id"])
def test_the_terms_of_a_registered_ticket_cannot_be_exchanged(column):
    ticket = make_ticket()

    with pytest.raises(IntegrityError, match="keeps the order and the terms"), transaction.atomic():
        Ticket.objects.filter(pk=ticket.pk).update(**{column: getattr(ticket, column) + 1})
