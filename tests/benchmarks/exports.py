"""Finance's files on PostgreSQL, through the web server as it is deployed.

The bench makes a database of its own and drops it: 50,000 accounts with 500,000 invoices of two
lines each. A CSV of all lines is measured against psql's own, a sheet against xlsxwriter.
"""

from time import perf_counter

from tests.benchmarks.harness import Ratio
from tests.benchmarks.server import database


def run() -> list[Ratio]:
    with database():
        # Only now Django knows its database.
        from tests.benchmarks.exporting import data, races  # noqa: PLC0415

        started = perf_counter()
        data.fill()
        print(f"   filled with {data.INVOICES:,} invoices in {perf_counter() - started:.0f} s")
        return races.races()
