"""The tick with many open escalations against the tick with few."""

from statistics import median
from time import perf_counter

from apps.escalation.services import Climbed, climb_due
from tests.benchmarks.harness import Ratio
from tests.benchmarks.server import execute, use, value
from tests.benchmarks.sweeping.data import NOW

DUE = 100
POLLS = 50
ROUNDS = 9

# Random ones that were not told yet are made due, a microsecond to a minute ago.
ARM = """
UPDATE escalation_escalation SET next_at = due.at
FROM (SELECT id AS due_id, %(now)s::timestamptz - random() * INTERVAL '1 minute' AS at
      FROM escalation_escalation WHERE state = 'OPEN' AND rung = 1
      ORDER BY random() LIMIT %(due)s) AS due
WHERE id = due_id
"""
# Those that climbed are as they were, and their rows are gone: each round finds as many open.
DISARM = [
    "DELETE FROM outbox_message WHERE topic = 'escalation.reached'",
    "DELETE FROM escalation_escalationnotice WHERE rung = 2",
    """UPDATE escalation_escalation
       SET rung = 1, next_at = %(now)s::timestamptz + random() * INTERVAL '4 hours'
       WHERE rung > 1""",
]
# An event is never deleted, so the same one would be told once only: its key is set free.
FREE = [
    "SET session_replication_role = replica",
    "DELETE FROM tickets_event WHERE kind = 'ESCALATION_CLIMBED'",
    "SET session_replication_role = origin",
]
WRITTEN = """
SELECT (SELECT count(*) FROM escalation_escalationnotice WHERE rung = 2)
     + (SELECT count(*) FROM tickets_event WHERE kind = 'ESCALATION_CLIMBED')
     + (SELECT count(*) FROM outbox_message WHERE topic = 'escalation.reached')
     + (SELECT count(*) FROM escalation_escalation WHERE rung = 2)
"""


def race_of_polls(*, few: int, many: int) -> Ratio:
    """Nothing is due: the poll must not feel how many are open."""
    taken: dict[str, list[float]] = {"few": [], "many": []}
    for _ in range(ROUNDS):
        for schema, times in taken.items():
            use(schema)
            _poll()  # the cache is warm
            started = perf_counter()
            for _ in range(POLLS):
                _poll()
            times.append((perf_counter() - started) / POLLS)
    return _ratio("empty tick, many open to few", taken, few=few, many=many)


def race_of_ticks(*, few: int, many: int) -> Ratio:
    """A hundred are due among them: each gets its next rung, its mail, and a line on its log."""
    taken: dict[str, list[float]] = {"few": [], "many": []}
    for _ in range(ROUNDS):
        for schema, times in taken.items():
            use(schema)
            execute(ARM, {"now": NOW, "due": DUE})
            execute("VACUUM ANALYZE escalation_escalation")
            started = perf_counter()
            climbed = climb_due(at=NOW)
            times.append(perf_counter() - started)
            assert climbed == Climbed(climbed=DUE), climbed
            assert value(WRITTEN) == 4 * DUE
            for statement in [*DISARM, *FREE]:
                execute(statement, {"now": NOW})
    return _ratio(f"{DUE} due, many open to few", taken, few=few, many=many)


def _poll() -> None:
    assert climb_due(at=NOW) == Climbed()


def _ratio(name: str, taken: dict[str, list[float]], *, few: int, many: int) -> Ratio:
    in_few, in_many = (median(taken[schema]) * 1000 for schema in ("few", "many"))
    note = f"{in_many:.2f} ms with {many:,} open, {in_few:.2f} ms with {few:,}"
    return Ratio(name, in_many / in_few, 1.5, at_least=False, note=note)
