"""What holds for every page of the portal and of signing in, whatever it shows."""

import re
from functools import cache
from gzip import compress
from html.parser import HTMLParser
from pathlib import Path

import pytest
import time_machine
from django.contrib.staticfiles.finders import find
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.browsers import STRICT
from tests.portal.every_page import portal_pages, sign_in_pages, suspended_pages
from tests.portal.sign_in_pages import inline_in
from tests.tickets.reading import later

pytestmark = pytest.mark.django_db
MOST_QUERIES, MOST_BYTES = 15, 100_000


class Outline(HTMLParser):
    """The tags of a page, and what its title says."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.title = ""
        self.language: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "html":
            self.language = dict(attrs).get("lang")

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1] == "title":
            self.title += data


def weight_of(page: str) -> int:
    """Return the bytes that a first visit takes: the page as it is, and its files compressed."""
    files = set(re.findall(r'(?:href|src)="/static/([^"]+)"', page))
    return len(page.encode()) + sum(_weight(name) for name in files)


@cache
def _weight(name: str) -> int:
    return len(compress(Path(str(find(name))).read_bytes()))


@pytest.fixture(autouse=True)
def an_hour_later():
    with time_machine.travel(later(hours=1), tick=False):
        yield


def test_every_page_has_a_title_and_a_heading_a_strict_policy_few_queries_and_little_weight():
    found = {}
    for each in [*portal_pages(), *suspended_pages(), *sign_in_pages()]:
        with CaptureQueriesContext(connection) as queries:
            answer = each.reader.get(each.path)
        outline = Outline(answer.text)
        policy = {
            name: sources
            for name, *sources in (
                part.split() for part in answer["Content-Security-Policy"].split(";")
            )
        }
        found[each.name] = {
            "headings": outline.tags.count("h1"),
            "mains": outline.tags.count("main"),
            "language": outline.language,
            "is titled": bool(outline.title.strip().removesuffix("· Faultline").strip()),
            "policy": policy,
            "inline": list(inline_in(answer.text)),
            "says a label twice": "placeholder=" in answer.text,
            "frames": answer["X-Frame-Options"],
            "sniffing": answer["X-Content-Type-Options"],
            "is kept": "no-store" not in answer["Cache-Control"],
            "too many queries": max(len(queries) - MOST_QUERIES, 0),
            "too many bytes": max(weight_of(answer.text) - MOST_BYTES, 0),
        }

    whole = {
        "headings": 1,
        "mains": 1,
        "language": "en-gb",
        "is titled": True,
        "policy": STRICT,
        "inline": [],
        "says a label twice": False,
        "frames": "DENY",
        "sniffing": "nosniff",
        "is kept": False,
        "too many queries": 0,
        "too many bytes": 0,
    }
    assert {name: facts for name, facts in found.items() if facts != whole} == {}
