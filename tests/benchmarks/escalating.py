"""The tick of escalations on PostgreSQL: a hundred are due, whatever the number of open ones.

The bench makes a database of its own and drops it: one schema with ten thousand open escalations,
one with a thousand. Both sides commit for themselves, in turn.
"""

from tests.benchmarks.harness import Ratio
from tests.benchmarks.server import database

FEW, MANY = 1_000, 10_000


def run() -> list[Ratio]:
    with database():
        # Only now Django knows its database.
        from tests.benchmarks.climbing import data, race  # noqa: PLC0415

        data.fill("few", escalations=FEW)
        data.fill("many", escalations=MANY)
        return [race.race_of_polls(few=FEW, many=MANY), race.race_of_ticks(few=FEW, many=MANY)]
