"""The page of an account on PostgreSQL: what it costs must not feel how many tickets there are.

One schema has a million tickets of five thousand accounts, and one account more that has fifty
thousand of its own; the other a thousand tickets of five accounts. The accounts that are opened
have as many orders, users, tickets and events in both, so that the pages are alike.
"""

from time import perf_counter

from tests.benchmarks.harness import Ratio
from tests.benchmarks.server import database

FEW, MANY, LARGEST = 5, 5_000, 50_000


def run() -> list[Ratio]:
    with database():
        # Only now Django knows its database.
        from tests.benchmarks.opening import data, pages  # noqa: PLC0415

        started = perf_counter()
        data.fill("few", accounts=FEW)
        data.fill("many", accounts=MANY, largest=LARGEST)
        tickets = MANY * data.OF_EACH + LARGEST
        print(f"   filled with {tickets:,} tickets in {perf_counter() - started:.0f} s")
        return pages.races()
