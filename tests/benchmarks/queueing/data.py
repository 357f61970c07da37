"""Tickets of every status with deadlines and words, filled by SQL with random data."""

from datetime import UTC, datetime

from django.contrib.auth.models import Group
from django.core.management import call_command

from tests import factories
from tests.benchmarks.server import execute, loading, use
from tests.benchmarks.sweeping.data import ACCOUNTS, STAFF, STEPS, sign_orders

NOW = datetime(2026, 3, 4, 14, tzinfo=UTC)
BULKY = ["tickets_ticket", "tickets_deadline", "tickets_searchtext"]
RARE, COMMON = "zymurgy", "w0"
RARELY = 20  # tickets that have the rare word

# Shares are such that each view fills more than a page of the small schema. Who looks has many.
TICKETS = """
INSERT INTO tickets_ticket
    (account_id, order_id, version_id, plan_id, requester_id, channel, severity_id, subject,
     status, assignee_id, registered_at, latest_at, source_key, agreed, entitled, desk,
     work_band, work_at)
SELECT o.account_id, o.id, %(version)s, %(plan)s, u.id, 'EMAIL',
       (%(severities)s::bigint[])[1 + rank], 'No dial tone on ' || md5(n::text),
       CASE WHEN is_closed > 0.3 THEN 'CLOSED' WHEN turn < 0.33 THEN 'OPEN'
            WHEN turn < 0.43 THEN 'ANSWERED' WHEN turn < 0.66 THEN 'WAITING'
            WHEN turn < 0.77 THEN 'SOLVED' ELSE 'SUSPENDED' END,
       CASE WHEN desk < 0.25 THEN (%(staff)s::bigint[])[1]
            WHEN desk < 0.75 THEN (%(staff)s::bigint[])[2 + floor(random() * (%(count)s - 1))::int]
       END,
       drawn.at, drawn.at + random() * INTERVAL '5 days', 'mail:' || n, '[]', '{}', 'CENTRE',
       rank, drawn.at
FROM (SELECT n, %(now)s::timestamptz - random() * INTERVAL '700 days' AS at,
             floor(random() * 4)::int AS rank, random() AS is_closed, random() AS turn,
             random() AS desk, 1 + floor(random() * %(accounts)s)::int AS place
      FROM generate_series(1, %(tickets)s) AS n) AS drawn
JOIN (SELECT id, account_id, row_number() OVER () AS place FROM contracts_order) AS o
    USING (place)
JOIN contracts_authoriseduser AS u ON u.order_id = o.id
ORDER BY n
"""

# What is closed was resolved; of what is open a fourth of the responses were missed.
DEADLINES = """
INSERT INTO tickets_deadline
    (ticket_id, kind, state, target, used, calendar_id, clause, started_at, due_at, warn_at,
     next_at, settled_at, ended_at, steps, hours_id, serial, in_work)
SELECT id, kind, state, INTERVAL '8 hours', INTERVAL '0', %(calendar)s, 'H-3', registered_at,
       due, due - INTERVAL '2 hours', CASE state WHEN 'OPEN' THEN due - INTERVAL '2 hours' END,
       CASE state WHEN 'MISSED' THEN due WHEN 'MET' THEN latest_at END,
       CASE state WHEN 'MET' THEN latest_at END, %(steps)s, %(hours)s, 1, status <> 'CLOSED'
FROM (SELECT *,
             CASE WHEN status = 'CLOSED' THEN 'MET' WHEN kind = 'RESPONSE' AND random() < 0.25
                  THEN 'MISSED' ELSE 'OPEN' END AS state
      FROM tickets_ticket CROSS JOIN (VALUES ('RESPONSE'), ('RESOLUTION')) AS promised (kind)
     ) AS drawn
CROSS JOIN LATERAL (
    SELECT CASE state WHEN 'OPEN' THEN %(now)s::timestamptz + INTERVAL '1 day'
                      ELSE registered_at END + random() * INTERVAL '3 days' + id * INTERVAL '0'
           AS due
) AS at
"""

# Thirty words of five thousand, some much more often than others; one that few tickets have.
WORDS = """
INSERT INTO tickets_searchtext (ticket_id, words)
SELECT ticket.id, ' ' || lpad(ticket.id::text, 6, '0') || ' ' || md5(ticket.id::text) || ' '
       || string_agg('w' || floor(power(random(), 4) * 5000)::int, ' ') || ' '
       || CASE WHEN ticket.id %% %(seldom)s = 0 THEN %(rare)s || ' ' ELSE '' END
FROM tickets_ticket AS ticket CROSS JOIN generate_series(1, 30)
GROUP BY ticket.id
"""


def fill(schema: str, *, tickets: int) -> None:
    """Make a schema with so many tickets, three of ten open."""
    execute(f"CREATE SCHEMA {schema}")
    use(schema)
    call_command("migrate", verbosity=0)
    version = factories.make_policy()
    staff = [factories.make_staff() for _ in range(STAFF)]
    staff[0].groups.add(Group.objects.get(name="Support agents"))
    calendar = version.calendars.get(key="standard")
    sign_orders(version)
    figures = {
        "accounts": ACCOUNTS,
        "tickets": tickets,
        "now": NOW,
        "version": version.pk,
        "plan": version.plans.get().pk,
        "severities": [*version.severities.order_by("rank").values_list("pk", flat=True)],
        "staff": [person.pk for person in staff],
        "count": STAFF,
        "calendar": calendar.pk,
        "hours": calendar.revisions.get().pk,
        "steps": STEPS,
        "rare": RARE,
        "seldom": tickets // RARELY,
    }
    execute("SELECT setseed(0.5)")
    with loading(schema, BULKY):
        for statement in (TICKETS, DEADLINES, WORDS):
            execute(statement, figures)
    execute("VACUUM ANALYZE")
