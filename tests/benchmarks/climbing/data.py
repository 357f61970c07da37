"""A database of open escalations, filled by SQL with random data, each on a ticket of its own."""

from django.core.management import call_command

from tests import factories
from tests.benchmarks.server import execute, loading, use
from tests.benchmarks.sweeping.data import ACCOUNTS, EVENTS, NOW, STAFF, TICKETS, sign_orders

BULKY = ["tickets_ticket", "tickets_event", "escalation_escalation", "escalation_escalationnotice"]
PATH = """[
 {"title": "Head of support", "email": "head@provider.example.com", "phone": "+1 212 555 0110"},
 {"title": "Director", "email": "director@provider.example.com", "phone": "+1 212 555 0111"},
 {"title": "Chief executive", "email": "chief@provider.example.com", "phone": "+1 212 555 0112"}]"""

ESCALATIONS = """
INSERT INTO escalation_escalation
    (ticket_id, client_id, sender, channel, words, raised_at, state, finding, clause, why, steps,
     path, climb_after, rung, next_at, taken_by, answer, source_key)
SELECT id, requester_id, 'client@client.example.com', 'EMAIL', 'Nobody calls us back.',
       latest_at, 'OPEN', 'JUDGED', 'V-9.2', 'The person in charge judges it.', '[]', %(path)s,
       INTERVAL '4 hours', 1, %(now)s::timestamptz + random() * INTERVAL '4 hours', '', '',
       'mail:' || md5(random()::text || id)
FROM tickets_ticket
"""
NOTICES = """
INSERT INTO escalation_escalationnotice (escalation_id, rung, title, email, phone, told_at, key)
SELECT id, 1, 'Head of support', 'head@provider.example.com', '', raised_at,
       'escalation:' || id || ':rung-1'
FROM escalation_escalation
"""


def fill(schema: str, *, escalations: int) -> None:
    """Make a schema with our tables and so many open escalations."""
    execute(f"CREATE SCHEMA {schema}")
    use(schema)
    call_command("migrate", verbosity=0)
    version = factories.make_policy()
    staff = [factories.make_staff() for _ in range(STAFF)]
    factories.make_staff(is_duty_manager=True)
    sign_orders(version)
    figures = {
        "accounts": ACCOUNTS,
        "tickets": escalations,
        "now": NOW,
        "version": version.pk,
        "plan": version.plans.get().pk,
        "severities": [*version.severities.values_list("pk", flat=True)],
        "staff": [person.pk for person in staff],
        "count": STAFF,
        "path": PATH,
    }
    with loading(schema, BULKY):
        for statement in (TICKETS, EVENTS, ESCALATIONS, NOTICES):
            execute(statement, figures)
    execute("VACUUM ANALYZE")
