"""New hours: open deadlines follow, verdicts on record stay, and the rows can be proved."""

from datetime import time, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from apps.contracts.rules.openings import Window
from apps.tickets import services
from apps.tickets.models import Deadline, Ticket
from apps.tickets.services.preview import preview_hours
from apps.tickets.services.prove import prove_deadlines
from apps.tickets.services.recompute import recompute_deadlines, still_to_recompute
from apps.tickets.tasks import sweep_deadlines as sweep_task
from tests.database import unfrozen
from tests.factories import MORNING, make_staff, make_ticket, reason_of
from tests.tickets.hours_changed import calendar_of, closed_on, make_draft, publish, stated
from tests.tickets.reading import deadline, later, log, mails, verdicts

pytestmark = pytest.mark.django_db
EVENING = later(hours=9)  # two hours before closing
ALL_DAY = tuple(Window(day, time(), time()) for day in range(7))


def answer(ticket, at):
    services.answer(ticket=ticket, text="Done.", by=make_staff(), at=at, act_key="answer")


def close(ticket, at):
    services.solve(
        ticket=ticket,
        reason=reason_of(ticket.version, "solved"),
        text="Solved.",
        by=make_staff(),
        at=at,
        act_key="close",
    )


def differences():
    return [text for proof in prove_deadlines() for text in proof.differences]


def row_of(ticket, kind):
    return Deadline.objects.filter(ticket=ticket, kind=kind).values().get()


@pytest.mark.clause("S-2", "V-4", "R-2")
def test_an_open_deadline_moves_to_where_the_new_hours_put_it():
    ticket = make_ticket()
    before = deadline(ticket, "RESOLUTION").due_at

    publish(make_draft(stated(closed_on("2026-03-04"))), MORNING)
    recomputed = recompute_deadlines(at=later(minutes=1))

    after = deadline(ticket, "RESOLUTION")
    assert (recomputed.tickets, recomputed.stuck) == (1, 0)
    assert after.due_at == later(days=1, hours=7)  # eight hours from opening on the day after
    assert before == later(hours=8)
    assert after.hours.number == 2
    assert differences() == []


@pytest.mark.clause("S-2")
def test_between_publishing_and_counting_no_miss_is_found_by_the_old_hours():
    ticket = make_ticket()
    before = deadline(ticket, "RESPONSE").due_at
    publish(make_draft(stated(closed_on("2026-03-04"))), MORNING)

    swept = services.sweep_deadlines(at=before.replace(microsecond=1))

    assert (swept.missed, swept.warned) == (0, 0)
    assert still_to_recompute(calendar_of().pk) == 2


def test_counting_twice_changes_nothing_the_second_time():
    ticket = make_ticket()
    publish(make_draft(stated(closed_on("2026-03-05"))), MORNING)
    recompute_deadlines(at=later(minutes=1))
    first = [row_of(ticket, "RESPONSE"), row_of(ticket, "RESOLUTION")]

    again = recompute_deadlines(at=later(minutes=2))

    assert again.tickets == 0
    assert [row_of(ticket, "RESPONSE"), row_of(ticket, "RESOLUTION")] == first
    assert still_to_recompute(calendar_of().pk) == 0


def test_who_stopped_in_the_middle_leaves_the_rest_to_the_next():
    for _ in range(3):
        make_ticket()
    publish(make_draft(stated(closed_on("2026-03-05"))), MORNING)

    runs = [recompute_deadlines(at=later(minutes=1), limit=2).tickets for _ in range(3)]

    assert runs == [2, 1, 0]


def test_where_the_nudge_was_lost_the_sweep_counts_anew():
    make_ticket()
    publish(make_draft(stated(closed_on("2026-03-05"))), MORNING)

    sweep_task()

    assert still_to_recompute(calendar_of().pk) == 0


@pytest.mark.clause("R-14", "V-2-response")
def test_a_response_that_was_in_time_is_not_judged_anew_by_longer_hours():
    ticket = make_ticket(at=EVENING)
    due_at = deadline(ticket, "RESPONSE").due_at
    answer(ticket, due_at)
    met = row_of(ticket, "RESPONSE")

    # Had the desk been open around the clock and so always, the answer would have been late.
    publish(make_draft(stated(windows=ALL_DAY)), due_at)
    recompute_deadlines(at=due_at)
    services.assign(ticket=ticket, to=make_staff(), by=make_staff(), at=later(days=2))

    assert row_of(ticket, "RESPONSE") == met
    assert (met["state"], met["due_at"]) == ("MET", due_at)
    assert differences() == []


@pytest.mark.clause("R-14")
def test_a_miss_on_record_stays_with_its_instant_when_the_new_hours_would_excuse_it():
    ticket = make_ticket()
    due_at = deadline(ticket, "RESPONSE").due_at
    services.sweep_deadlines(at=due_at.replace(microsecond=1))
    missed = row_of(ticket, "RESPONSE")

    publish(make_draft(stated(closed_on("2026-03-04", "2026-03-05"))), due_at)
    recompute_deadlines(at=later(days=1))
    answer(ticket, later(days=1))

    stays = row_of(ticket, "RESPONSE")
    assert (stays["state"], stays["due_at"], stays["settled_at"]) == ("MISSED", due_at, due_at)
    assert stays["ended_at"] == later(days=1)
    assert stays["hours_id"] == missed["hours_id"]
    assert differences() == []


def test_hours_that_end_a_promise_earlier_may_show_it_missed_at_once():
    ticket = make_ticket(at=EVENING)
    draft = make_draft(stated(windows=ALL_DAY))
    was_due_at = deadline(ticket, "RESOLUTION").due_at
    at = was_due_at
    preview = preview_hours(revision=draft, at=at)

    publish(draft, at)
    recompute_deadlines(at=at)
    services.sweep_deadlines(at=at)

    state, due_at, settled_at = verdicts(ticket)["RESOLUTION"]
    found = {move.deadline.kind: move for move in preview.moves}["RESOLUTION"]
    assert (found.due_at, found.is_missed, found.is_later) == (due_at, True, False)
    assert (state, settled_at) == ("MISSED", due_at)
    assert (due_at, was_due_at) == (EVENING + timedelta(hours=8), EVENING + timedelta(hours=20))
    assert differences() == []


@pytest.mark.clause("S-2", "V-4")
def test_the_preview_says_what_publishing_then_does():
    tickets = [make_ticket(at=later(hours=number)) for number in range(3)]
    draft = make_draft(stated(closed_on("2026-03-04")))

    preview = preview_hours(revision=draft, at=later(hours=3))
    foretold = {move.deadline.pk: move.due_at for move in preview.moves}
    publish(draft, later(hours=3))
    recompute_deadlines(at=later(hours=3))

    moved = Deadline.objects.filter(pk__in=foretold).values_list("pk", "due_at")
    assert dict(moved) == foretold
    assert len(foretold) == preview.earlier + preview.later > 0
    assert (preview.open, preview.looked_at) == (2 * len(tickets), 2 * len(tickets))


def test_the_preview_asks_so_many_queries_however_many_tickets(django_assert_max_num_queries):
    for _ in range(4):
        make_ticket()
    draft = make_draft(stated(closed_on("2026-03-04")))
    preview_hours(revision=draft, at=MORNING)

    with django_assert_max_num_queries(7):
        preview_hours(revision=draft, at=MORNING)


def test_the_open_deadlines_of_another_calendar_are_left_alone():
    ticket = make_ticket(severity="1")
    before = list(Deadline.objects.values()), log(ticket)

    held = publish(make_draft(stated(closed_on("2026-03-04"))), MORNING)
    recomputed = recompute_deadlines(at=MORNING)

    assert (held, recomputed.tickets) == (0, 0)
    assert (list(Deadline.objects.values()), log(ticket)) == before
    assert mails("deadline.missed") == []


def test_the_command_counts_and_proves():
    make_ticket()
    close(make_ticket(), later(minutes=5))
    publish(make_draft(stated(closed_on("2026-03-05"))), MORNING)
    out = StringIO()

    call_command("recompute_deadlines", calendar=calendar_of().pk, stdout=out)
    call_command("recompute_deadlines", check=True, stdout=out, stderr=StringIO())

    assert out.getvalue().splitlines() == [
        "1 tickets counted anew.",
        "2 tickets compared, 0 differences.",
    ]


def test_a_row_that_says_something_else_fails_the_proof():
    ticket = make_ticket()
    right = deadline(ticket, "RESPONSE").due_at
    Deadline.objects.filter(ticket=ticket, kind="RESPONSE").update(due_at=MORNING)
    out = StringIO()

    with pytest.raises(CommandError, match="not what the rules say"):
        call_command("recompute_deadlines", check=True, stdout=out, stderr=StringIO())

    assert out.getvalue().splitlines() == [
        f"{ticket.number} RESPONSE due_at: stored {MORNING}, by the rules {right}",
        "1 tickets compared, 1 differences.",
    ]


def test_a_calendar_that_is_not_there_is_said_so():
    with pytest.raises(CommandError, match="There is no calendar 99"):
        call_command("recompute_deadlines", calendar=99)


def test_a_ticket_that_cannot_be_counted_holds_up_no_other(caplog):
    stuck, fine = make_ticket(), make_ticket()
    # A target that no calendar reaches, as only a fault of ours could leave it.
    with unfrozen(connection):
        Ticket.objects.filter(pk=stuck.pk).update(agreed=[beyond(stuck)])
    publish(make_draft(stated(closed_on("2026-03-04"))), MORNING)

    recomputed = recompute_deadlines(at=MORNING)

    assert (recomputed.tickets, recomputed.stuck) == (1, 1)
    assert deadline(fine, "RESPONSE").hours.number == 2
    assert f"ticket {stuck.pk} cannot be counted anew" in caplog.text


def beyond(ticket):
    return {
        "kind": "RESPONSE",
        "severity": "3",
        "seconds": 10**11,
        "calendar_id": calendar_of().pk,
        "calendar": "Standard hours",
        "clause": "H-3",
        "order": ticket.order.number,
    }
