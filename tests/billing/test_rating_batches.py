"""Rating many at once: so many queries, and the same sum whatever happened in which order."""

import random
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.billing.models import RatedEvent
from apps.billing.services.rating import rate_marked
from apps.tickets import services as tickets
from tests.factories import make_staff, make_ticket
from tests.rated_made import (
    LATER,
    charges,
    correct,
    of_category,
    rated,
    work,
)

pytestmark = pytest.mark.django_db
ZERO = Decimal("0.00")


def d(*amounts: str) -> list[Decimal]:
    return [Decimal(amount) for amount in amounts]


LENGTHS = st.lists(st.integers(min_value=1, max_value=90), min_size=1, max_size=5)


@pytest.mark.parametrize("tickets_", [1, 12])
def test_a_batch_takes_so_many_queries(tickets_, django_assert_num_queries):
    one = of_category("custom-programming")
    for _ in range(tickets_):
        ticket = make_ticket(requester=one.requester, severity="4", at=one.registered_at)
        tickets.classify(
            ticket=ticket, category=one.category, covered_work=None, by=make_staff(),
            at=one.registered_at,
        )  # fmt: skip
        ticket.refresh_from_db()
        work(ticket, 20)
    rate_marked(at=LATER)  # terms are read once a process
    for ticket in one.account.tickets.all():
        work(ticket, 20, at="2026-03-06 10:00")

    with django_assert_num_queries(QUERIES):
        rate_marked(at=LATER)


QUERIES = 23


LENGTHS = st.lists(st.integers(min_value=1, max_value=90), min_size=1, max_size=5)


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(lengths=LENGTHS, seed=st.integers(min_value=0, max_value=99))
@pytest.mark.clause("R-8")
def test_charges_add_up_to_what_the_total_is_worth_whatever_happened(lengths, seed):
    dice = random.Random(seed)
    ticket, same = of_category("custom-programming"), of_category("custom-programming")
    entries = [work(ticket, n, at=f"2026-03-05 {8 + i * 2:02d}:00") for i, n in enumerate(lengths)]
    for entry in list(entries):
        if dice.random() < 0.5:
            rated()
        if dice.random() < 0.3:
            correct(entry, minutes=dice.randint(1, 100))
        elif dice.random() < 0.3:
            tickets.remove_time(entry=entry, reason="No", by=entry.who, at=LATER)
            entries.remove(entry)
    rated()
    for number, entry in enumerate(sorted(entries, key=lambda _: dice.random())):
        entry.refresh_from_db()
        work(same, entry.minutes, at=f"2026-03-06 {8 + number * 2:02d}:00")
        if dice.random() < 0.5:
            rated()
    rated()

    worth = {pk: sum(charges(event__ticket=pk), ZERO) for pk in (ticket.pk, same.pk)}
    total = sum(entry.minutes for entry in entries)
    expected = Decimal("62.50") * -(-total // 30)
    assert worth == {ticket.pk: expected, same.pk: expected}
    for event in RatedEvent.objects.filter(ticket__in=worth):
        assert event.worth_amount == sum(charges(event=event), ZERO)
