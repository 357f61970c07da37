"""The queue on PostgreSQL: what a page costs must not feel how many tickets there are.

One schema has a million tickets, 300,000 of them open; the other a thousand, 300 open. Every view
fills a page in both, so that the pages are alike.
"""

from time import perf_counter

from tests.benchmarks.harness import Ratio
from tests.benchmarks.server import database

FEW, MANY = 1_000, 1_000_000


def run() -> list[Ratio]:
    with database():
        # Only now Django knows its database.
        from tests.benchmarks.queueing import data, pages, theme  # noqa: PLC0415

        started = perf_counter()
        data.fill("few", tickets=FEW)
        data.fill("many", tickets=MANY)
        print(f"   filled with {MANY:,} tickets in {perf_counter() - started:.0f} s")
        return [*pages.races(), theme.race()]
