"""The sweep on PostgreSQL: a poll that finds nothing, and ten thousand deadlines that are due.

The bench makes a database of its own and drops it: one schema with a million open tickets, one with
ten thousand. Both sides of a ratio commit for themselves, under the same server settings, in turn.
"""

from time import perf_counter

from tests.benchmarks.harness import Ratio
from tests.benchmarks.server import database

FEW, MANY = 10_000, 1_000_000


def run() -> list[Ratio]:
    with database():
        # Only now Django knows its database.
        from tests.benchmarks.sweeping import data, race  # noqa: PLC0415

        started = perf_counter()
        data.fill("few", tickets=FEW)
        data.fill("many", tickets=MANY)
        print(f"   filled with {MANY:,} open tickets in {perf_counter() - started:.0f} s")
        return [race.race_of_polls(few=FEW, many=MANY), race.race_of_misses()]
