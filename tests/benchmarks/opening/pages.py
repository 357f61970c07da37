"""The whole page through Django's test client, in turn with many tickets and with few."""

from collections.abc import Callable, Sequence

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.contracts.models import Account, User
from apps.contracts.queries.hours import _frozen
from apps.contracts.queries.terms import _published
from tests.benchmarks.harness import Ratio, medians
from tests.benchmarks.opening.data import LARGEST
from tests.benchmarks.server import use

ROUNDS = 15
PAGES = 4  # a round
MOST_QUERIES = 25
GROWTH = 1.25
HOST = "127.0.0.1"

Open = Callable[[], None]


def races() -> list[Ratio]:
    """Return the ratios of time, and of the queries to those that are allowed."""
    assert not settings.DEBUG, "a debug page costs more than it does in production"
    few, ours = opener("few", "Reseller 3"), opener("many", "Reseller 2500")
    largest = opener("many", LARGEST)
    return [
        _race("account page, 1,000,000 tickets to 1,000", few, ours),
        _race("account with 50,000 tickets to one of 200", few, largest),
        _queries([opener("many", name, pages=1) for name in ("Reseller 2500", LARGEST)]),
    ]


def opener(schema: str, name: str, *, pages: int = PAGES) -> Open:
    """Return what opens that account's page as a support agent, some times over."""
    use(schema)
    page = reverse("admin:contracts_account_change", args=[Account.objects.get(name=name).pk])
    agent = User.objects.filter(groups__name="Support agents")[0]
    browser = Client(SERVER_NAME=HOST)
    browser.force_login(agent)

    def open_page() -> None:
        use(schema)
        for _ in range(pages):
            answer = browser.get(page)
            assert answer.status_code == 200, answer.content[:500]
            assert name.encode() in answer.content

    return open_page


def _race(name: str, few: Open, many: Open) -> Ratio:
    few()
    many()  # templates are compiled, caches warm
    in_few, in_many = (seconds / PAGES * 1000 for seconds in medians(few, many, ROUNDS))
    note = f"{in_many:.1f} ms to {in_few:.1f} ms a page"
    return Ratio(name, in_many / in_few, GROWTH, at_least=False, note=note)


def _queries(openers: Sequence[Open]) -> Ratio:
    """Return the dearest page of a process that knows no terms and no hours yet."""
    counts = []
    for open_page in openers:
        ContentType.objects.clear_cache()
        _published.cache_clear()
        _frozen.cache_clear()
        with CaptureQueriesContext(connection) as found:
            open_page()
        counts.append(len(found) - 1)  # one chooses the schema
    note = f"{max(counts)} queries of a fresh process, {MOST_QUERIES} are allowed"
    ratio = max(counts) / MOST_QUERIES
    return Ratio("queries of a page, to those allowed", ratio, 1, at_least=False, note=note)
