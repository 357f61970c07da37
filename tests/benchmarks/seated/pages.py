"""Every page of the portal through Django's test client, in turn with many tickets and with few.

A page whose address names nothing is opened by itself. Whoever adds one that names a row adds to
``NAMED`` which, and to ``ASKED`` what else is asked of a page. What does not answer with a page (it
takes a form only, or sends a file) is left out by its name.
"""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import time_machine
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse

from apps.contracts.models import User
from apps.tickets.models import Ticket
from apps.tickets.queries import row_keys
from tests.benchmarks.harness import Ratio, medians
from tests.benchmarks.seated.data import COMMON, EMPTY, LARGEST, NOW, RARE
from tests.benchmarks.server import use

ROUNDS = 11
OPENED = 3  # a round
MOST_QUERIES = 15
GROWTH, ABOVE_EMPTY = 1.25, 2.5
HOST = "127.0.0.1"

Open = Callable[[], None]
# What an address names, by its part: the key of a row of the account.
NAMED: Mapping[str, Callable[[], Any]] = {
    "ticket": lambda: _tickets().filter(status="SOLVED").order_by("-latest_at")[0].pk,
    "incident": lambda: (
        _tickets().filter(in_incident__isnull=False).latest("pk").in_incident.incident_id
    ),
}
# What else is asked of a page, by the name that the bench gives it: its own, and the query.
ASKED: Mapping[str, tuple[str, Callable[[], dict[str, str]]]] = {
    "tickets, closed": ("tickets", lambda: {"state": "closed"}),
    "tickets, waiting": ("tickets", lambda: {"state": "yours"}),
    "tickets, all, far down": ("tickets", lambda: {"state": "all", "after": _far_down()}),
    "tickets of a severity": ("tickets", lambda: {"severity": "Severity I"}),
    "tickets of a severity, closed": (
        "tickets",
        lambda: {"severity": "Severity II", "state": "closed"},
    ),
    "my tickets": ("tickets", lambda: {"mine": "1"}),
    "a rare word": ("tickets", lambda: {"q": RARE, "state": "all"}),
    "a common word": ("tickets", lambda: {"q": COMMON, "state": "all"}),
}
LEFT_OUT = {"switch"}


def races() -> list[Ratio]:
    """Return the ratios of time, and of the queries to those that are allowed."""
    assert not settings.DEBUG, "a debug page costs more than it does in production"
    with time_machine.travel(NOW, tick=False):
        return _races()


def _races() -> list[Ratio]:
    empty = opener("many", EMPTY, "tickets")
    ratios, counts = [], {}
    for name, (page, query) in pages().items():
        few, many = (opener(schema, LARGEST, page, query) for schema in ("few", "many"))
        if not (few and many and empty):
            continue
        ratios.append(_race(f"{name}: 1,000,000 to 1,000", few, many, GROWTH))
        ratios.append(_race(f"{name}: to the emptiest", empty, many, ABOVE_EMPTY))
        counts[name] = _queries(many)
    dearest = max(counts, key=counts.__getitem__)
    note = f"{counts[dearest]:g} queries for “{dearest}”, {MOST_QUERIES} are allowed"
    ratio = counts[dearest] / MOST_QUERIES
    return [*ratios, Ratio("queries, to those allowed", ratio, 1, at_least=False, note=note)]


def pages() -> dict[str, tuple[str, Callable[[], dict[str, str]]]]:
    """Return the pages by name: each of the portal whose rows are known, and what more is asked."""
    own = {
        pattern.name: (pattern.name, dict[str, str])
        for pattern in get_resolver("apps.portal.urls").url_patterns
        if pattern.name not in LEFT_OUT and set(pattern.pattern.converters) <= set(NAMED)
    }
    return {**own, **ASKED}


def opener(
    schema: str, account: str, page: str, query: Callable[[], dict[str, str]] = dict
) -> Open | None:
    """Return what opens the page some times over; None: it is no page to be opened."""
    use(schema)
    parts = next(
        pattern.pattern.converters
        for pattern in get_resolver("apps.portal.urls").url_patterns
        if pattern.name == page
    )
    address = reverse(f"portal:{page}", kwargs={part: NAMED[part]() for part in parts})
    where = f"{address}?{urlencode(query())}"
    browser = Client(SERVER_NAME=HOST)
    browser.force_login(User.objects.get(authorised_users__order__account__name=account))
    first = browser.get(where)
    if first.status_code != 200 or not first.headers["Content-Type"].startswith("text/html"):
        return None

    def open_page() -> None:
        use(schema)
        for _ in range(OPENED):
            answer = browser.get(where)
            assert answer.status_code == 200, answer.content[:500]

    return open_page


def _tickets() -> Any:
    return Ticket.objects.filter(account__name=LARGEST)


def _far_down() -> str:
    """Return where a page begins that is half-way down the account's tickets."""
    rows = _tickets().order_by("-latest_at", "-pk").values_list("latest_at", "pk")
    return row_keys.written(rows[rows.count() // 2])


def _race(name: str, base: Open, ours: Open, bound: float) -> Ratio:
    base()
    ours()  # templates are compiled, caches warm
    of_base, of_ours = (seconds / OPENED * 1000 for seconds in medians(base, ours, ROUNDS))
    note = f"{of_ours:.1f} ms to {of_base:.1f} ms a page"
    return Ratio(name, of_ours / of_base, bound, at_least=False, note=note)


def _queries(open_page: Open) -> float:
    with CaptureQueriesContext(connection) as found:
        open_page()
    return (len(found) - 1) / OPENED  # one chooses the schema
