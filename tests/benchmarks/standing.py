"""The daily review of standings on PostgreSQL: 50,000 accounts with 500,000 open invoices.

The bench makes a database of its own and drops it. Both sides have a schema with the same random
rows; day after day each reviews its own, in turn, and commits. After each day both must have come
to the same standings, with as many rows of evidence and as many mails.
"""

from time import perf_counter

from tests.benchmarks.harness import Ratio
from tests.benchmarks.server import database

ACCOUNTS, INVOICES = 50_000, 500_000


def run() -> list[Ratio]:
    with database():
        # Only now Django knows its database.
        from tests.benchmarks.delinquent import data, race  # noqa: PLC0415

        started = perf_counter()
        for schema in ("ours", "raw"):
            data.fill(schema, accounts=ACCOUNTS, invoices=INVOICES)
        print(f"   filled twice with {INVOICES:,} in {perf_counter() - started:.0f} s", flush=True)
        return [race.race_of_days()]
