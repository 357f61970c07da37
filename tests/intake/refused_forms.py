"""What a page says of a refused form to a browser, and to who hears it."""

from html.parser import HTMLParser
from typing import Any


class _Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[dict[str, Any]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append({"tag": tag, **dict(attrs)})


def refused_inputs(answer: Any) -> dict[str, bool]:
    """Return the ids of the inputs that were refused -> whether the browser begins there.

    Each refers to its words, which are on the page, and no two elements share an id.
    """
    tags = _Page(answer.content.decode()).tags
    ids = [tag["id"] for tag in tags if tag.get("id")]
    refused = [tag for tag in tags if tag.get("aria-invalid") == "true"]
    own = [name for name in ids if any(name.startswith(tag["id"]) for tag in refused)]
    assert len(own) == len(set(own))
    assert [tag["aria-describedby"] for tag in refused if tag["aria-describedby"] not in ids] == []
    return {tag["id"]: "autofocus" in tag for tag in refused}


def links_of_summary(answer: Any) -> list[str]:
    """Return where the line that says that the form was refused leads."""
    tags = _Page(answer.content.decode()).tags
    begin = next(place for place, tag in enumerate(tags) if tag.get("role") == "alert")
    links = []
    for tag in tags[begin + 1 :]:
        if tag["tag"] not in ("a", "p"):
            break
        links += [tag["href"]] if tag["tag"] == "a" else []
    return links


def begins_at(answer: Any) -> list[str]:
    """Return the roles, or else the ids, of what the browser may begin with."""
    tags = _Page(answer.content.decode()).tags
    return [tag.get("role") or tag["id"] for tag in tags if "autofocus" in tag]
