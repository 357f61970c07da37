"""One entry of the admin's sidebar."""

from dataclasses import dataclass
from functools import cache

from django.urls import get_script_prefix, reverse

EVERYBODY = ""


@dataclass(frozen=True, slots=True)
class Link:
    """One entry: who holds the permission sees it; everybody, where there is none."""

    title: str
    icon: str
    page: str
    permission: str
    query: str = ""

    @property
    def url(self) -> str:
        return _address(self.page, get_script_prefix()) + self.query


@cache
def _address(page: str, _prefix: str) -> str:
    """Return the address of a page, below where the site is mounted: each page asks for forty."""
    return reverse(f"admin:{page}")
