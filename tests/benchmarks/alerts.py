"""A flood of alerts on PostgreSQL: ten thousand in one post, and as many in a hundred posts."""

from tests.benchmarks.harness import Ratio
from tests.benchmarks.server import database


def run() -> list[Ratio]:
    with database():
        # Only now Django knows its database.
        from tests.benchmarks.alerting import race  # noqa: PLC0415

        return race.run()
