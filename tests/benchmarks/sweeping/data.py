"""A database of open tickets for the sweep's benchmark, filled by SQL with random data."""

from datetime import UTC, date, datetime

from django.core.management import call_command

from apps.contracts.models import Account, AuthorisedUser, Order, PolicyVersion
from tests import factories
from tests.benchmarks.server import execute, loading, use

NOW = datetime(2026, 3, 4, 14, tzinfo=UTC)
ACCOUNTS = 2_000
STAFF = 40
BULKY = ["tickets_ticket", "tickets_deadline", "tickets_event"]

# What an explanation is like: three steps with their figures.
STEPS = """[
 {"clause": "H-5", "text": "The clock starts at registration, {registered_at}, as {severity}.",
  "figures": {"registered_at": "2026-03-04T09:00:00+00:00", "severity": "Priority 3"}},
 {"clause": "H-3, R-2", "text": "{severity}: {kind} within {target_seconds} of “{calendar}”.",
  "figures": {"severity": "Priority 3", "kind": "resolution", "target_seconds": 28800,
              "calendar": "Standard hours"}},
 {"clause": "H-3", "text": "That is {due_at}.",
  "figures": {"due_at": "2026-03-04T17:00:00+00:00"}}]"""

# Every column that an index reads is drawn at random: what runs in step with the key is kinder to
# the planner and to the cache than real tickets are.
TICKETS = """
INSERT INTO tickets_ticket
    (account_id, order_id, version_id, plan_id, requester_id, channel, severity_id, subject,
     status, assignee_id, registered_at, latest_at, source_key, agreed, entitled, desk,
     work_band, work_at)
SELECT o.account_id, o.id, %(version)s, %(plan)s, u.id, 'EMAIL',
       (%(severities)s::bigint[])[1 + floor(random() * 4)::int], 'No dial tone on ' || md5(n::text),
       'OPEN',
       CASE WHEN random() < 0.9
            THEN (%(staff)s::bigint[])[1 + floor(random() * %(count)s)::int] END,
       drawn.at, drawn.at, 'mail:' || md5(random()::text || n), '[]', '{}', 'CENTRE',
       floor(random() * 4)::int, drawn.at
FROM (SELECT n, %(now)s::timestamptz - random() * INTERVAL '90 days' AS at,
             1 + floor(random() * %(accounts)s)::int AS place
      FROM generate_series(1, %(tickets)s) AS n) AS drawn
JOIN (SELECT id, account_id, row_number() OVER () AS place FROM contracts_order) AS o
    USING (place)
JOIN contracts_authoriseduser AS u ON u.order_id = o.id
"""

EVENTS = """
INSERT INTO tickets_event (ticket_id, kind, at, recorded_at, facts)
SELECT id, 'REGISTERED', registered_at, registered_at,
       '{"severity": "3", "channel": "EMAIL", "arrival": "INSIDE"}'
FROM tickets_ticket
"""

DEADLINES = """
INSERT INTO tickets_deadline
    (ticket_id, kind, state, target, used, calendar_id, clause, started_at, due_at, warn_at,
     next_at, steps, hours_id, serial, in_work)
SELECT id, 'RESOLUTION', 'OPEN', INTERVAL '8 hours', INTERVAL '0', %(calendar)s, 'H-3',
       registered_at, due, due - INTERVAL '2 hours', due - INTERVAL '2 hours', %(steps)s,
       %(hours)s, 1, TRUE
FROM (SELECT *, %(now)s::timestamptz + INTERVAL '1 day' + random() * INTERVAL '90 days' AS due
      FROM tickets_ticket) AS ticket
"""


def fill(schema: str, *, tickets: int) -> None:
    """Make a schema with our tables and so many open tickets, each with an open deadline."""
    execute(f"CREATE SCHEMA {schema}")
    use(schema)
    call_command("migrate", verbosity=0)
    version = factories.make_policy()
    staff = [factories.make_staff() for _ in range(STAFF)]
    for _ in range(2):
        factories.make_staff(is_duty_manager=True)
    calendar = version.calendars.get(key="standard")
    sign_orders(version)
    figures = {
        "accounts": ACCOUNTS,
        "tickets": tickets,
        "now": NOW,
        "version": version.pk,
        "plan": version.plans.get().pk,
        "severities": [*version.severities.values_list("pk", flat=True)],
        "staff": [person.pk for person in staff],
        "count": STAFF,
        "calendar": calendar.pk,
        "hours": calendar.revisions.get().pk,
        "steps": STEPS,
    }
    with loading(schema, BULKY):
        for statement in (TICKETS, EVENTS, DEADLINES):
            execute(statement, figures)
    execute("VACUUM ANALYZE")


def sign_orders(version: PolicyVersion) -> None:
    """Make the accounts, each with an executed order and one person on it."""
    plan = version.plans.get()
    names = (Account(name=f"Reseller {n}") for n in range(ACCOUNTS))
    accounts = Account.objects.bulk_create(names)
    orders = Order.objects.bulk_create(
        Order(
            account=account,
            number=f"ORD-{account.pk}",
            version=version,
            plan=plan,
            state=Order.State.EXECUTED,
            starts_on=date(2026, 1, 1),
        )
        for account in accounts
    )
    AuthorisedUser.objects.bulk_create(
        AuthorisedUser(order=order, name="Client", email=f"client{order.pk}@client.example.com")
        for order in orders
    )
