"""The invoice run on PostgreSQL: a million charges of fifty thousand accounts to final invoices.

Against set-based SQL that writes the same rows into the same tables, under the same constraints and
triggers. Both sides commit for themselves, in turn, on rows that are put back before each.
"""

from time import perf_counter

from tests.benchmarks.harness import Ratio
from tests.benchmarks.server import database

ACCOUNTS, CHARGES = 50_000, 1_000_000


def run() -> list[Ratio]:
    with database():
        # Only now Django knows its database.
        from tests.benchmarks.billing_runs import data, race  # noqa: PLC0415

        started = perf_counter()
        data.fill(accounts=ACCOUNTS, charges=CHARGES)
        print(f"   filled with {CHARGES:,} charges in {perf_counter() - started:.0f} s")
        return race.race(accounts=ACCOUNTS, charges=CHARGES)
