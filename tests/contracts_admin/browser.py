"""What a browser sends for a page as it came, so that it can be sent again later."""

from html.parser import HTMLParser
from typing import Any

NOT_SENT = {"submit", "button", "file"}


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[str]] = {}
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        kind, name = facts.get("type") or "text", facts.get("name") or ""
        if tag == "select":
            self.select = name
        elif tag == "option" and "selected" in facts:
            self._keep(self.select, facts.get("value"))
        elif tag == "input" and name and kind not in NOT_SENT:
            ticked = kind not in {"checkbox", "radio"} or "checked" in facts
            if ticked:
                self._keep(name, facts.get("value", "" if kind != "checkbox" else "on"))

    def _keep(self, name: str, value: str | None) -> None:
        if name and "__prefix__" not in name:
            self.found.setdefault(name, []).append(value or "")


def sent(answer: Any) -> dict[str, list[str]]:
    """Return field -> values of all that a page asks, as it is filled in."""
    page = _Fields()
    page.feed(answer.content.decode())
    return {
        name: values
        for name, values in page.found.items()
        if name not in {"csrfmiddlewaretoken", "q"}
    }


def row_errors(answer: Any, number: int = 0) -> list[list[str]]:
    """Return row -> what is said beside it, of one of a page's lists."""
    formset = answer.context["inline_admin_formsets"][number].formset
    return [[str(text) for text in form.non_field_errors()] for form in formset.forms]
