"""What was promised besides money: deadlines kept, TAM hours used."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from apps.billing.queries.reports import REPORTS, Asked
from apps.billing.queries.reports.reading import rows_of
from apps.contracts.models import Order
from apps.tickets.models import Deadline
from tests.factories import make_client, make_ticket
from tests.time_made import make_premium, make_time

pytestmark = pytest.mark.django_db
MARCH = Asked(date(2026, 3, 1), date(2026, 3, 31))
# Where the policy counts: in winter five hours behind UTC, in summer four.
FIRST = datetime(2026, 3, 1, 5, tzinfo=UTC)
LAST = datetime(2026, 4, 1, 3, 59, 59, tzinfo=UTC)


def rows(key: str, asked: Asked = MARCH) -> list[tuple]:
    return list(rows_of(REPORTS[key], asked))


def settle_all(ticket, *, state: str, at: datetime) -> set[str]:
    found = Deadline.objects.filter(ticket=ticket, kind__in=["RESPONSE", "RESOLUTION"])
    found.update(state=state, settled_at=at, due_at=at, next_at=None)
    return set(found.values_list("kind", flat=True))


@pytest.mark.clause("V-2-resolution")
def test_promises_kept_and_missed_are_counted_by_account_plan_and_severity():
    requester = make_client()
    tickets = [make_ticket(requester=requester) for _ in range(4)]
    kinds = settle_all(tickets[0], state="MET", at=FIRST)
    settle_all(tickets[1], state="MISSED", at=LAST)
    settle_all(tickets[2], state="MET", at=LAST + timedelta(seconds=1))
    settle_all(tickets[3], state="MET", at=FIRST - timedelta(seconds=1))
    order = requester.order
    severity = tickets[0].severity
    whose = (order.account.name, order.plan.title, severity.rank, severity.label)

    assert rows("sla") == [(*whose, kind, 1, 1, Decimal(50)) for kind in sorted(kinds)]
    assert rows("sla", Asked(MARCH.since, MARCH.until, account_id=-1)) == []


@pytest.mark.clause("V-6.3")
def test_tam_minutes_fall_into_the_months_of_the_orders_own_clock():
    order = make_premium()
    Order.objects.filter(pk=order.pk).update(
        starts_on=date(2026, 1, 1), time_zone="America/New_York"
    )
    order.refresh_from_db()
    # 23:00 to 01:00 in New York, over the end of February.
    make_time(order=order, minutes=120, started_at=datetime(2026, 3, 1, 4, tzinfo=UTC))
    make_time(order=order, minutes=41 * 60 - 17 * 60, started_at=datetime(2026, 3, 9, tzinfo=UTC))
    make_time(order=order, minutes=17 * 60, started_at=datetime(2026, 3, 11, tzinfo=UTC))
    asked = Asked(date(2026, 2, 15), date(2026, 3, 31))
    whose = (order.account.name, order.number)
    limit = 40 * 60

    assert rows("tam", asked) == [
        (*whose, "2026-02", limit, 60, limit - 60, 0),
        (*whose, "2026-03", limit, 60 + 41 * 60, 0, 120),
    ]
    assert rows("tam", Asked(date(2025, 1, 1), date(2025, 12, 31))) == []
