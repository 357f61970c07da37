"""The API on PostgreSQL: what a dashboard asks all the time must cost little more than asking.

One schema with a million tickets of five thousand accounts; gunicorn as it is deployed. The floor
is the endpoint that says what the token is: it is signed in, and reads nothing but the token.
``BENCH_TICKETS`` makes it smaller, for a try.
"""

import os
from time import perf_counter

from tests.benchmarks.harness import Ratio
from tests.benchmarks.server import database

ACCOUNTS, LARGEST_SHARE = 5_000, 20  # the largest account has a twentieth of all tickets
TICKETS = int(os.environ.get("BENCH_TICKETS", "1000000"))


def run() -> list[Ratio]:
    with database():
        # Only now Django knows its database.
        from tests.benchmarks.asking import races  # noqa: PLC0415
        from tests.benchmarks.seated import data  # noqa: PLC0415

        started = perf_counter()
        accounts = min(ACCOUNTS, TICKETS // 100)
        largest = TICKETS // LARGEST_SHARE
        of_each = (TICKETS - largest) // (accounts - 1)
        data.fill("many", accounts=accounts, of_each=of_each, largest=largest)
        print(f"   filled with {TICKETS:,} tickets in {perf_counter() - started:.0f} s")
        return races.races()
