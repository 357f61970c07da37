"""A ticket's page on PostgreSQL: what it costs must hardly feel how long the ticket's story is."""

from tests.benchmarks.harness import Ratio
from tests.benchmarks.server import database


def run() -> list[Ratio]:
    with database():
        # Only now Django knows its database.
        from tests.benchmarks.reading import pages  # noqa: PLC0415

        return pages.races()
