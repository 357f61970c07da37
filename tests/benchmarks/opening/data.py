"""Accounts with all that their page shows, filled by SQL with random data."""

from datetime import UTC, date, datetime
from typing import Any

from django.contrib.auth.models import Group
from django.core.management import call_command

from apps.contracts.models import Account, AgreedTarget, Order, PolicyVersion, User
from tests import factories
from tests.benchmarks.server import execute, loading, use
from tests.benchmarks.sweeping.data import STEPS

NOW = datetime(2026, 3, 4, 14, tzinfo=UTC)
OF_EACH = 200  # tickets of an account, but the largest
OPEN_SHARE = 0.3
STAFF = 40
LARGEST = "The largest"
BULKY = [
    "tickets_ticket",
    "tickets_deadline",
    "tickets_event",
    "tickets_timeentry",
    "intake_refusedrequest",
]

# In the order of time, so that the tickets of an account lie far apart, as they do in life.
TICKETS = """
WITH users AS MATERIALIZED (
    SELECT order_id, min(id) AS user_id FROM contracts_authoriseduser GROUP BY order_id
), orders AS MATERIALIZED (
    SELECT o.account_id, o.id AS order_id, user_id, tickets, tickets * %(open)s AS share
    FROM contracts_order AS o
    JOIN users ON users.order_id = o.id
    JOIN contracts_account AS a ON a.id = o.account_id
    CROSS JOIN LATERAL (
        SELECT CASE a.name WHEN %(name)s THEN %(largest)s ELSE %(of_each)s END AS tickets
    ) AS many
    WHERE o.state = 'EXECUTED'
)
INSERT INTO tickets_ticket
    (account_id, order_id, version_id, plan_id, requester_id, channel, severity_id, subject,
     status, assignee_id, registered_at, latest_at, source_key, agreed, entitled, desk,
     work_band, work_at)
SELECT account_id, order_id, %(version)s, %(plan)s, user_id, 'EMAIL',
       (%(severities)s::bigint[])[1 + floor(random() * 4)::int], 'No dial tone on ' || md5(n::text),
       CASE WHEN place > share THEN 'CLOSED' WHEN random() < 0.3 THEN 'WAITING' ELSE 'OPEN' END,
       (%(staff)s::bigint[])[1 + floor(random() * %(count)s)::int],
       at, at + random() * INTERVAL '5 days', 'mail:' || n, '[]', '{}', 'CENTRE',
       floor(random() * 4)::int, at
FROM (
    SELECT *, row_number() OVER (ORDER BY at) AS n,
           row_number() OVER (PARTITION BY account_id ORDER BY random()) AS place
    FROM (
        SELECT o.*, %(now)s::timestamptz - INTERVAL '5 days' - random() * INTERVAL '700 days' AS at
        FROM orders AS o CROSS JOIN LATERAL generate_series(1, o.tickets)
    ) AS drawn
) AS numbered
ORDER BY at
"""

EVENTS = """
INSERT INTO tickets_event (ticket_id, kind, at, recorded_at, by_id, facts)
SELECT id, kind, at, at, CASE WHEN kind = 'RESPONDED' THEN assignee_id END, facts::jsonb
FROM tickets_ticket
CROSS JOIN LATERAL (VALUES
    ('REGISTERED', registered_at, '{"severity": "3", "channel": "EMAIL", "arrival": "INSIDE"}'),
    ('RESPONDED', latest_at, '{}')
) AS event (kind, at, facts)
"""

DEADLINES = """
INSERT INTO tickets_deadline
    (ticket_id, kind, state, target, used, calendar_id, clause, started_at, due_at, warn_at,
     next_at, settled_at, ended_at, steps, hours_id, serial, in_work)
SELECT id, 'RESOLUTION', state, INTERVAL '8 hours', INTERVAL '0', %(calendar)s, 'H-3',
       registered_at, due, due - INTERVAL '2 hours',
       CASE state WHEN 'OPEN' THEN due - INTERVAL '2 hours' END,
       CASE state WHEN 'MET' THEN latest_at END, CASE state WHEN 'MET' THEN latest_at END,
       %(steps)s, %(hours)s, 1, state = 'OPEN'
FROM (SELECT *, %(now)s::timestamptz + INTERVAL '1 day' + random() * INTERVAL '3 days' AS due,
             CASE status WHEN 'CLOSED' THEN 'MET' ELSE 'OPEN' END AS state
      FROM tickets_ticket) AS ticket
"""

# What each account has besides tickets.
OTHERS = [
    """INSERT INTO contracts_authoriseduser
        (order_id, name, email, is_active, may_open, may_escalate, may_confirm_closure,
         may_see_invoices, may_manage_users)
    SELECT id, 'Client ' || n, 'client' || n || '@' || md5(id::text) || '.example.com',
           n < 6, TRUE, TRUE, TRUE, FALSE, FALSE
    FROM contracts_order CROSS JOIN generate_series(1, 6) AS n""",
    """INSERT INTO contracts_escalationrung (order_id, position, title, email, phone)
    SELECT id, n, 'Rung ' || n, 'rung' || n || '@client.example.com', '+1 212 555 0100'
    FROM contracts_order CROSS JOIN generate_series(1, 3) AS n""",
    """INSERT INTO contracts_standing (account_id, state, since_at, clause, why)
    SELECT id, 'GOOD', %(now)s, '', 'Everything is paid' FROM contracts_account""",
    """INSERT INTO contracts_tamassignment
        (order_id, tam_id, starts_on, email, phone, chat, reason, needs_notice, made_at)
    SELECT id, (%(staff)s::bigint[])[1 + n], %(on)s::date - 100 + 50 * n,
           'tam@provider.example.com', '+1 212 555 0199', '', '', FALSE, %(now)s
    FROM contracts_order CROSS JOIN generate_series(1, 2) AS n""",
    """INSERT INTO contracts_appointment
        (order_id, requester_id, kind, subject, details, starts_at, ends_at, is_priority, steps,
         state, asked_at, decided_at, staff_id, decision, source_key)
    SELECT o.id, u.id, 'OFF_HOURS', 'A cut-over', '', start, start + INTERVAL '1 hour', FALSE,
           '[]', 'CONFIRMED', %(now)s, %(now)s, (%(staff)s::bigint[])[1], '', o.id || ':' || n
    FROM contracts_order AS o
    JOIN (SELECT order_id, min(id) AS id FROM contracts_authoriseduser GROUP BY 1) AS u
        ON u.order_id = o.id
    CROSS JOIN generate_series(1, 12) AS n
    CROSS JOIN LATERAL (SELECT %(now)s::timestamptz + (n - 10) * INTERVAL '1 day') AS at (start)""",
    """INSERT INTO tickets_timeentry
        (order_id, who_id, kind, started_at, minutes, what, contact, recorded_at, revision,
         source_key)
    SELECT o.id, (%(staff)s::bigint[])[1], 'TAM', %(now)s::timestamptz - n * INTERVAL '1 day',
           30, 'A call', 'PHONE', %(now)s, 1, o.id || ':' || n
    FROM contracts_order AS o CROSS JOIN generate_series(1, 40) AS n ORDER BY n, o.id""",
    """INSERT INTO intake_refusedrequest
        (asked_at, channel, wanted, sender, account_id, order_id, subject, text, clause, why,
         steps, source_key)
    SELECT %(now)s, 'EMAIL', 'TICKET', 'who@client.example.com', o.account_id, o.id,
           'Please help', '', 'H-1', 'Not a user of any order.', '[]', o.id || ':' || n
    FROM contracts_order AS o CROSS JOIN generate_series(1, 10) AS n ORDER BY n, o.id""",
]


def fill(schema: str, *, accounts: int, largest: int = 0) -> None:
    """Make a schema with so many accounts, and one more that has so many tickets alone."""
    execute(f"CREATE SCHEMA {schema}")
    use(schema)
    call_command("migrate", verbosity=0)
    version = factories.make_policy()
    staff = [factories.make_staff() for _ in range(STAFF)]
    staff[0].groups.add(Group.objects.get(name="Support agents"))
    names = [f"Reseller {number}" for number in range(accounts)]
    _sign_orders(version, [*names, LARGEST] if largest else names)
    figures = _figures(version, staff, largest)
    with loading(schema, BULKY):
        for statement in (*OTHERS, TICKETS, EVENTS, DEADLINES):
            execute(statement, figures)
    execute("VACUUM ANALYZE")


def _figures(version: PolicyVersion, staff: list[User], largest: int) -> dict[str, Any]:
    calendar = version.calendars.get(key="standard")
    return {
        "now": NOW,
        "on": NOW.date(),
        "name": LARGEST,
        "largest": largest,
        "of_each": OF_EACH,
        "open": OPEN_SHARE,
        "version": version.pk,
        "plan": version.plans.get().pk,
        "severities": [*version.severities.values_list("pk", flat=True)],
        "staff": [person.pk for person in staff],
        "count": len(staff),
        "calendar": calendar.pk,
        "hours": calendar.revisions.get().pk,
        "steps": STEPS,
    }


def _sign_orders(version: PolicyVersion, names: list[str]) -> None:
    """Make the accounts, each with an executed order that sets a target, and one that ended."""
    accounts = Account.objects.bulk_create(Account(name=name) for name in names)
    orders = Order.objects.bulk_create(
        Order(
            account=account,
            number=f"ORD-{account.pk}-{state}",
            version=version,
            plan=version.plans.get(),
            state=state,
            starts_on=date(2024, 1, 1),
            tam_minutes_per_month=2400,
        )
        for account in accounts
        for state in (Order.State.EXECUTED, Order.State.ENDED)
    )
    AgreedTarget.objects.bulk_create(
        AgreedTarget(
            order=order,
            severity=version.severities.get(key="1"),
            kind="RESOLUTION",
            duration=NOW - NOW.replace(hour=8),
            calendar=version.calendars.get(key="standard"),
        )
        for order in orders
    )
