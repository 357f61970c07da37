"""Mails coming in on PostgreSQL, against reading the same mails with the standard library."""

from tests.benchmarks.harness import Ratio
from tests.benchmarks.server import database


def run() -> list[Ratio]:
    with database():
        # Only now Django knows its database.
        from tests.benchmarks.receiving import race  # noqa: PLC0415

        return race.run()
