"""Accounts whose people read their tickets, filled by SQL with random data."""

from datetime import UTC, date, datetime
from typing import Any

from django.core.management import call_command

from apps.contracts.models import Account, AuthorisedUser, Order, PolicyVersion, User
from tests import factories
from tests.account_made import make_rung
from tests.benchmarks.server import execute, loading, use
from tests.benchmarks.sweeping.data import STEPS

NOW = datetime(2026, 3, 4, 14, tzinfo=UTC)
LARGEST, EMPTY = "The largest", "Without a ticket"
LOOKING = (LARGEST, EMPTY)  # the accounts whose people look
STAFF = 10
PREMIUM = "voximplant-premium-2023"
# Words that a search looks for: on some twenty tickets of each account, and on nearly all.
RARE, COMMON = "zymurgy", "w0"
RARELY = 20
TOUCHED = 40  # incidents of each account
BULKY = [
    *("tickets_ticket", "tickets_deadline", "tickets_event", "tickets_message"),
    "tickets_searchtext",
]

# In the order of time, so that the tickets of an account lie far apart, as they do in life.
TICKETS = """
WITH orders AS MATERIALIZED (
    SELECT o.account_id, o.id AS order_id, u.id AS user_id,
           CASE a.name WHEN %(name)s THEN %(largest)s WHEN %(empty)s THEN 0
                ELSE %(of_each)s END AS tickets
    FROM contracts_order AS o
    JOIN contracts_account AS a ON a.id = o.account_id
    JOIN contracts_authoriseduser AS u ON u.order_id = o.id
)
INSERT INTO tickets_ticket
    (account_id, order_id, version_id, plan_id, requester_id, channel, severity_id, subject,
     status, assignee_id, registered_at, latest_at, source_key, agreed, entitled, desk,
     work_band, work_at)
SELECT account_id, order_id, %(version)s, %(plan)s, user_id, 'EMAIL',
       (%(severities)s::bigint[])[1 + floor(random() * 4)::int], 'No dial tone on ' || md5(n::text),
       CASE WHEN place > 0.8 THEN 'CLOSED' WHEN turn < 0.4 THEN 'OPEN' WHEN turn < 0.5
            THEN 'ANSWERED' WHEN turn < 0.7 THEN 'WAITING' WHEN turn < 0.9 THEN 'SOLVED'
            ELSE 'SUSPENDED' END,
       (%(staff)s::bigint[])[1 + floor(random() * %(count)s)::int],
       at, at + random() * INTERVAL '5 days', 'mail:' || n, '[]', '{}', 'CENTRE',
       floor(random() * 4)::int, at
FROM (
    SELECT o.*, row_number() OVER (ORDER BY at) AS n, random() AS place, random() AS turn
    FROM (
        SELECT *, %(now)s::timestamptz - INTERVAL '5 days' - random() * INTERVAL '700 days' AS at
        FROM orders CROSS JOIN LATERAL generate_series(1, orders.tickets)
    ) AS o
) AS drawn
ORDER BY at
"""

REST = [
    """INSERT INTO tickets_event (ticket_id, kind, at, recorded_at, by_id, facts)
    SELECT id, kind, at, at, CASE WHEN kind = 'RESPONDED' THEN assignee_id END, facts::jsonb
    FROM tickets_ticket CROSS JOIN LATERAL (VALUES
        ('REGISTERED', registered_at,
         '{"severity": "III", "channel": "EMAIL", "arrival": "INSIDE"}'),
        ('RESPONDED', latest_at, '{}')
    ) AS event (kind, at, facts)""",
    """INSERT INTO tickets_message
        (ticket_id, direction, author_id, client_id, sent_at, text, html, mail_id, mark)
    SELECT id, direction, CASE direction WHEN 'IN' THEN NULL ELSE assignee_id END,
           CASE direction WHEN 'IN' THEN requester_id END, at,
           'Nothing works since nine, on both sites.', '', '', ''
    FROM tickets_ticket CROSS JOIN LATERAL (VALUES
        ('IN', registered_at), ('NOTE', latest_at), ('OUT', latest_at)
    ) AS said (direction, at)""",
    """INSERT INTO tickets_deadline
        (ticket_id, kind, state, target, used, calendar_id, clause, started_at, due_at, warn_at,
         next_at, settled_at, ended_at, steps, hours_id, serial, in_work)
    SELECT id, 'RESPONSE', state, INTERVAL '8 hours', INTERVAL '0', %(calendar)s, 'V-4',
           registered_at, due, due - INTERVAL '2 hours',
           CASE state WHEN 'OPEN' THEN due - INTERVAL '2 hours' END,
           CASE state WHEN 'MET' THEN latest_at END, CASE state WHEN 'MET' THEN latest_at END,
           %(steps)s, %(hours)s, 1, state = 'OPEN'
    FROM (SELECT *, %(now)s::timestamptz + INTERVAL '1 day' + random() * INTERVAL '3 days' AS due,
                 CASE status WHEN 'CLOSED' THEN 'MET' ELSE 'OPEN' END AS state
          FROM tickets_ticket) AS ticket""",
    # Thirty words of five thousand, some much more often than others; one that few tickets have.
    """INSERT INTO tickets_searchtext (ticket_id, words, client_words)
    SELECT id, words, ' @' || order_id || words
    FROM (
        SELECT id, order_id,
               ' ' || lpad(id::text, 6, '0') || ' ' || string_agg(
                   'w' || floor(power(random(), 4) * 5000)::int, ' '
               ) || CASE WHEN place <= %(rarely)s THEN ' ' || %(rare)s ELSE '' END || ' ' AS words
        FROM (SELECT id, order_id,
                     row_number() OVER (PARTITION BY order_id ORDER BY random()) AS place
              FROM tickets_ticket) AS placed CROSS JOIN generate_series(1, 30)
        GROUP BY id, order_id, place
    ) AS written""",
    # Each has one ticket, whose key it has too.
    """INSERT INTO escalation_incident (id, title, author_id, opened_at, opened_by_id)
    SELECT id, 'Phones are dead', assignee_id, registered_at, assignee_id
    FROM (SELECT *, row_number() OVER (PARTITION BY account_id ORDER BY id DESC) AS place
          FROM tickets_ticket) AS placed
    WHERE place <= %(touched)s""",
    """INSERT INTO escalation_incidentticket
        (incident_id, ticket_id, account_id, joined_at, joined_by_id)
    SELECT incident.id, ticket.id, account_id, opened_at, opened_by_id
    FROM escalation_incident AS incident
    JOIN tickets_ticket AS ticket ON ticket.id = incident.id""",
]


def fill(schema: str, *, accounts: int, of_each: int, largest: int) -> None:
    """Make a schema with so many accounts, one of which has so many tickets."""
    execute(f"CREATE SCHEMA {schema}")
    use(schema)
    call_command("migrate", verbosity=0)
    version = factories.make_preset(slug=PREMIUM)
    staff = [factories.make_staff() for _ in range(STAFF)]
    _sign_orders(version, [f"Reseller {number}" for number in range(accounts - 1)])
    figures = _figures(version, staff, of_each, largest)
    execute("SELECT setseed(0.5)")
    with loading(schema, BULKY):
        for statement in (TICKETS, *REST):
            execute(statement, figures)
    execute("VACUUM ANALYZE")


def _figures(
    version: PolicyVersion, staff: list[User], of_each: int, largest: int
) -> dict[str, Any]:
    calendar = version.calendars.get(key=version.standard_calendar)
    return {
        "now": NOW,
        "name": LARGEST,
        "empty": EMPTY,
        "largest": largest,
        "of_each": of_each,
        "version": version.pk,
        "plan": version.plans.get(key="gold").pk,
        "severities": [*version.severities.values_list("pk", flat=True)],
        "staff": [person.pk for person in staff],
        "count": len(staff),
        "calendar": calendar.pk,
        "hours": calendar.revisions.get().pk,
        "steps": STEPS,
        "rare": RARE,
        "rarely": RARELY,
        "touched": TOUCHED,
    }


def _sign_orders(version: PolicyVersion, names: list[str]) -> None:
    """Make the accounts, each with an order and its one user; of two, that user looks."""
    accounts = Account.objects.bulk_create(Account(name=name) for name in (*names, *LOOKING))
    orders = Order.objects.bulk_create(
        Order(
            account=account,
            number=f"ORD-{account.pk}",
            version=version,
            plan=version.plans.get(key="gold"),
            state=Order.State.EXECUTED,
            starts_on=date(2024, 1, 1),
        )
        for account in accounts
    )
    rights = ["may_see_invoices", "may_manage_users"]
    AuthorisedUser.objects.bulk_create(
        AuthorisedUser(
            order=order,
            name=f"Client {order.pk}",
            email=f"client{order.pk}@client.example.com",
            **dict.fromkeys(rights, True),
        )
        for order in orders
    )
    for order in orders[-len(LOOKING) :]:
        make_rung(order=order, position=1, title="Head of support")
        email = f"client{order.pk}@client.example.com"
        user = User.objects.create(username=email, email=email)
        person = AuthorisedUser.objects.get(order=order)
        person.user, person.invited_at, person.joined_at = user, NOW, NOW
        person.joined_address = email
        person.save()
