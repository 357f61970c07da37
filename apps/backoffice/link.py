"""One entry of the admin's sidebar."""

from dataclasses import dataclass

from django.urls import reverse

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
        return reverse(f"admin:{self.page}") + self.query
