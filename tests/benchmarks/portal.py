"""The portal on PostgreSQL: what a page costs must not feel how many tickets there are.

One schema has a million tickets of five thousand accounts, the largest with fifty thousand; the
other a thousand tickets of five accounts. Who looks has the largest account there, and one of the
five here; what a page shows fills it in both. The other floor is the emptiest page that somebody
signed in can open: the list of an account that has no ticket.
"""

from time import perf_counter

from tests.benchmarks.harness import Ratio
from tests.benchmarks.server import database

FEW, MANY, LARGEST, IN_ALL = 5, 5_000, 50_000, 1_000_000


def run() -> list[Ratio]:
    with database():
        # Only now Django knows its database.
        from tests.benchmarks.seated import data, pages  # noqa: PLC0415

        started = perf_counter()
        data.fill("few", accounts=FEW, of_each=1_000 // FEW, largest=1_000 // FEW)
        of_each = (IN_ALL - LARGEST) // (MANY - 1)
        data.fill("many", accounts=MANY, of_each=of_each, largest=LARGEST)
        tickets = of_each * (MANY - 1) + LARGEST
        print(f"   filled with {tickets:,} tickets in {perf_counter() - started:.0f} s")
        return pages.races()
