"""Two who log or correct time at the same moment, on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from apps.tickets import services
from apps.tickets.models import TimeEntry
from apps.tickets.queries import tam_month
from tests.factories import MORNING, make_client, make_staff
from tests.tickets.reading import later, mails
from tests.time_made import make_premium, make_time

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def at_once(*acts) -> list[str]:
    """Do all acts in threads of their own; return what each was told, or "done"."""

    def run(act):
        try:
            act()
        except services.Refused as refusal:
            return type(refusal).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(max_workers=len(acts)) as threads:
        return sorted(threads.map(run, acts))


@pytest.mark.clause("V-6.3", "R-18")
def test_of_many_who_reach_the_limit_together_each_counts_and_it_is_told_once():
    order, tam = make_premium(), make_staff()
    make_client(order=order, email="ann@client.example.com")
    type(order).objects.update(tam_minutes_per_month=120)

    def log(number):
        start = later(minutes=30 * number)
        return lambda: make_time(order=order, who=tam, started_at=start, minutes=30)

    assert at_once(*map(log, range(4))) == ["done"] * 4
    assert tam_month(order, at=MORNING).used.total_seconds() == 7200
    assert mails("tam.hours_used_up") == ["ann@client.example.com"]


@pytest.mark.clause("V-6.3")
def test_of_many_who_log_the_same_hour_of_a_person_on_many_orders_one_gets_through():
    orders, tam = [make_premium() for _ in range(4)], make_staff()

    told = at_once(*(lambda order=order: make_time(order=order, who=tam) for order in orders))

    assert told == ["Refused"] * 3 + ["done"]
    assert TimeEntry.objects.count() == 1


@pytest.mark.clause("V-6.3")
def test_a_form_that_is_sent_many_times_at_once_is_one_entry():
    order, tam = make_premium(), make_staff()

    def log(_):
        return lambda: make_time(order=order, who=tam, source_key="race:form")

    assert at_once(*map(log, range(4))) == ["done"] * 4
    assert TimeEntry.objects.count() == 1


@pytest.mark.clause("V-6.3")
def test_of_many_who_correct_one_entry_one_gets_through():
    entry, by = make_time(order=make_premium()), make_staff()

    def correct(minutes):
        return lambda: services.amend_time(
            entry=entry,
            revision=1,
            ticket=None,
            kind="TAM",
            started_at=entry.started_at,
            minutes=minutes,
            what="Corrected",
            contact="",
            reason="Typed wrong",
            by=by,
            at=later(days=1),
        )

    assert at_once(*map(correct, range(1, 5))) == ["ChangedMeanwhile"] * 3 + ["done"]
    assert TimeEntry.objects.get().revision == 2
