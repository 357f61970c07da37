"""Whole pages of the queue through Django's test client, in turn with many tickets and with few."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.contracts.models import User
from apps.tickets.admin.queue_tabs import tabs_for
from apps.tickets.admin.queue_views import TABS, Asked
from apps.tickets.models import Ticket
from apps.tickets.queries.row_keys import written
from tests.benchmarks.harness import Ratio, medians
from tests.benchmarks.queueing.data import COMMON, RARE
from tests.benchmarks.server import use

ROUNDS = 9
PAGES = 4  # a round
FEWEST = 20  # rows, which the rare search finds; a view fills its page
HOST = "127.0.0.1"
MOST_QUERIES = 10
GROWTH, FAR, RARELY, OFTEN, COUNTS = 1.25, 1.3, 1.5, 2.5, 0.25
FAR_DOWN = {"mine": 60_000, "due": 200_000, "missed": 60_000, "open": 250_000}
DEPTH = 30_000  # rows, of the other views

Open = Callable[[], None]


def races() -> list[Ratio]:
    """Return the ratios of time, and of the queries to those that are allowed."""
    assert not settings.DEBUG, "a debug page costs more than it does in production"
    opened = {(schema, key): opener(schema, view=key) for schema in ("few", "many") for key in TABS}
    first = {key: opened["many", key] for key in TABS}
    ratios = [
        _race(f"{key}: 1,000,000 tickets to 1,000", opened["few", key], first[key], GROWTH)
        for key in TABS
    ]
    for key in TABS:
        far = opener("many", view=key, after=place_of(key, FAR_DOWN.get(key, DEPTH)))
        ratios.append(_race(f"{key}: far down to page 1", first[key], far, FAR))
    rare, common = opener("many", q=RARE), opener("many", q=COMMON)
    ratios += [
        _race("rare search to page 1", first["ours"], rare, RARELY),
        _race("common search to page 1", first["ours"], common, OFTEN),
        _counts(first["ours"]),
        _queries(first | {"rare": rare, "common": common}),
    ]
    return ratios


def agent() -> User:
    """Return who looks at the queue."""
    return User.objects.filter(groups__name="Support agents")[0]


def opener(schema: str, **asked: str) -> Open:
    """Return what opens that page of the queue as a support agent, some times over."""
    use(schema)
    page = f"{reverse('admin:tickets_ticket_changelist')}?{urlencode(asked)}"
    browser = Client(SERVER_NAME=HOST)
    browser.force_login(agent())

    def open_page() -> None:
        use(schema)
        for _ in range(PAGES):
            answer = browser.get(page)
            assert answer.status_code == 200, answer.content[:500]

    shown = browser.get(page).content.count(b'class="action-select"')
    assert shown >= FEWEST, f"{page} of {schema} shows {shown} rows"
    return open_page


def place_of(key: str, depth: int) -> str:
    """Return the key of a row so far down a view: that far down the first of its lists."""
    use("many")
    view = TABS[key].view
    lists = view.lists(Asked(Ticket.objects.order_by(), agent(), limit=1))
    order = view.way.order
    sign = "-" if order.is_newest_first else ""
    columns = [f"{sign}{name}" for name in order.columns]
    share = depth // len(lists)
    rows = lists[0].order_by(*columns).values_list(*order.columns)
    return written(rows[min(share, rows.count() - 100)])


def _race(name: str, base: Open, ours: Open, bound: float) -> Ratio:
    base()
    ours()  # templates are compiled, caches warm
    of_base, of_ours = (seconds / PAGES * 1000 for seconds in medians(base, ours, ROUNDS))
    note = f"{of_ours:.1f} ms to {of_base:.1f} ms a page"
    return Ratio(name, of_ours / of_base, bound, at_least=False, note=note)


def _counts(page: Open) -> Ratio:
    """Return what the counts of all views cost together, to the page that shows them."""
    me = agent()

    def count() -> None:
        use("many")
        for _ in range(PAGES):
            tabs_for(me, chosen="ours")

    return _race("all counts to page 1", page, count, COUNTS)


def _queries(openers: dict[str, Open]) -> Ratio:
    """Return the queries of the dearest page."""
    counts = {}
    for name, open_page in openers.items():
        open_page()
        with CaptureQueriesContext(connection) as found:
            open_page()
        counts[name] = (len(found) - 1) / PAGES  # one chooses the schema
    dearest = max(counts, key=counts.__getitem__)
    note = f"{counts[dearest]:g} queries for “{dearest}”, {MOST_QUERIES} are allowed"
    ratio = counts[dearest] / MOST_QUERIES
    return Ratio("queries of a page, to those allowed", ratio, 1, at_least=False, note=note)
