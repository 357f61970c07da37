"""The sweep against what it is measured by: itself on a small table, and one raw statement."""

from collections.abc import Callable
from statistics import median
from time import perf_counter

from django.conf import settings

from apps.tickets.queries import duty_managers
from apps.tickets.rules.explain import NOTHING_CAME
from apps.tickets.services.sweep import Swept, sweep_deadlines
from tests.benchmarks.harness import Ratio
from tests.benchmarks.server import execute, use, value
from tests.benchmarks.sweeping.data import NOW

DUE = 10_000
POLLS = 50
ROUNDS = 7

# What the sweep does to a due deadline, in one statement.
RAW = """
WITH due AS (
    SELECT id, ticket_id, kind, due_at, clause FROM tickets_deadline
    WHERE state = 'OPEN' AND next_at < %(at)s ORDER BY next_at, id FOR NO KEY UPDATE SKIP LOCKED
), missed AS (
    UPDATE tickets_deadline AS deadline
    SET state = 'MISSED', settled_at = due.due_at, next_at = NULL, used = deadline.target,
        steps = deadline.steps || jsonb_build_object(
            'clause', due.clause, 'text', %(text)s::text, 'figures', '{}'::jsonb)
    FROM due WHERE deadline.id = due.id
), recorded AS (
    INSERT INTO tickets_event (ticket_id, kind, at, recorded_at, facts, source_key)
    SELECT ticket_id, 'DEADLINE_MISSED', due_at, %(at)s, jsonb_build_object('deadline', kind),
           'deadline:' || id || ':missed'
    FROM due
)
INSERT INTO outbox_message
    (topic, key, recipient, payload, message_id, created_at, due_at)
SELECT 'deadline.missed', 'deadline:' || due.id || ':missed:' || md5(address), address,
       jsonb_build_object('deadline_id', due.id),
       '<ticket.' || due.ticket_id || '.missed-'
           || md5('deadline:' || due.id || ':missed:' || md5(address)) || '@' || %(domain)s || '>',
       %(at)s, %(at)s
FROM due CROSS JOIN LATERAL (
    SELECT unnest(%(managers)s::text[]) AS address
    UNION ALL
    SELECT assignee.email FROM tickets_ticket AS ticket
    JOIN contracts_user AS assignee ON assignee.id = ticket.assignee_id
    WHERE ticket.id = due.ticket_id AND assignee.is_active
      AND NOT assignee.email = ANY(%(managers)s::text[] || ARRAY[''])
) AS told
"""

# Random ones are made due, a microsecond to a minute ago.
ARM = """
UPDATE tickets_deadline SET next_at = due.at, due_at = due.at, warn_at = NULL
FROM (SELECT id AS due_id, %(now)s::timestamptz - random() * INTERVAL '1 minute' AS at
      FROM tickets_deadline WHERE state = 'OPEN' ORDER BY random() LIMIT %(due)s) AS due
WHERE id = due_id
"""
# Rows that the due deadlines call for: a miss, an event, two managers' mails; and the assignee's.
EXPECTED = """
SELECT 4 * count(*) + count(ticket.assignee_id) FROM tickets_deadline AS deadline
JOIN tickets_ticket AS ticket ON ticket.id = deadline.ticket_id
WHERE deadline.state = 'OPEN' AND deadline.next_at < %(now)s
"""
WRITTEN = """
SELECT (SELECT count(*) FROM tickets_deadline WHERE state = 'MISSED')
     + (SELECT count(*) FROM tickets_event WHERE kind = 'DEADLINE_MISSED')
     + (SELECT count(*) FROM outbox_message WHERE topic = 'deadline.missed')
"""

Side = Callable[[], None]


def race_of_polls(*, few: int, many: int) -> Ratio:
    """Nothing is due: the poll must not feel how many tickets are open."""

    def poll() -> None:
        for _ in range(POLLS):
            assert sweep_deadlines(at=NOW) == Swept()

    def prepare(schema: str) -> None:
        use(schema)
        poll()  # the cache is warm

    seconds = _in_turn({"few": poll, "many": poll}, prepare=prepare)
    in_few, in_many = (seconds[schema] / POLLS * 1000 for schema in ("few", "many"))
    note = f"{in_many:.2f} ms with {many:,} open, {in_few:.2f} ms with {few:,}"
    return Ratio("empty poll, many open to few", in_many / in_few, 1.5, at_least=False, note=note)


def race_of_misses() -> Ratio:
    """Ten thousand are due: all that a miss entails, against one statement that does the same."""
    use("many")
    expected = written = 0

    def prepare(side: str) -> None:
        nonlocal expected, written
        _check(expected, written)
        execute(ARM, {"now": NOW, "due": DUE})
        execute("VACUUM ANALYZE tickets_deadline")
        expected, written = value(EXPECTED, {"now": NOW}), value(WRITTEN)

    seconds = _in_turn({"ours": _ours, "raw": _raw}, prepare=prepare)
    _check(expected, written)
    note = f"ours {seconds['ours'] * 1000:.0f} ms, raw SQL {seconds['raw'] * 1000:.0f} ms"
    ratio = seconds["ours"] / seconds["raw"]
    return Ratio(f"{DUE:,} due, ours to raw SQL", ratio, 2, at_least=False, note=note)


def _check(expected: int, written: int) -> None:
    """Both sides must have written the same: every row that was called for."""
    found = value(WRITTEN) - written if expected else 0
    assert found == expected, f"{found} rows were written, not {expected}"


def _in_turn(sides: dict[str, Side], *, prepare: Callable[[str], None]) -> dict[str, float]:
    """Return each side's median seconds; what ``prepare`` takes does not count."""
    taken: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(ROUNDS):
        for name, side in sides.items():
            prepare(name)
            started = perf_counter()
            side()
            taken[name].append(perf_counter() - started)
    return {name: median(times) for name, times in taken.items()}


def _ours() -> None:
    assert sweep_deadlines(at=NOW) == Swept(missed=DUE)


def _raw() -> None:
    figures = {
        "at": NOW,
        "text": NOTHING_CAME,
        "managers": duty_managers(),
        "domain": settings.MAIL_DOMAIN,
    }
    execute(RAW, figures)
