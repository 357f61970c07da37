"""From a key of the document to the line of the file where it stands."""

import re
from collections.abc import Iterator

HEADER = re.compile(r"\s*(\[\[?)\s*([A-Za-z0-9_.\- ]+?)\s*\]")
ASSIGNMENT = re.compile(r"\s*([A-Za-z0-9_.-]+)\s*=")
SAID = re.compile(r"\bline (\d+)")
LONG_TEXTS = ('"""', "'''")


def lines_of(text: str) -> dict[str, int]:
    """Return the line of each table and of each key that begins a line, counted from 1.

    Keys are written as problems write them: ``targets[3].within``.
    """
    lines: dict[str, int] = {}
    counts: dict[str, int] = {}
    table = ""
    for number, line in _lines_outside_long_texts(text):
        header, assignment = HEADER.match(line), ASSIGNMENT.match(line)
        if header:
            table = _named(header[2], is_list=header[1] == "[[", counts=counts)
            lines.setdefault(table, number)
            lines.setdefault(re.sub(r"\[\d+\]$", "", table), number)  # a list is where it begins
        elif assignment:
            key = f"{table}.{assignment[1]}" if table else assignment[1]
            lines.setdefault(key, number)
    return lines


def line_of(lines: dict[str, int], *, key: str, said: str) -> int | None:
    """Return the line of a problem: of its key, else of what stands around it, else as it says."""
    while key:
        if key in lines:
            return lines[key]
        # Up by one step: from targets[3].within to targets[3], and from there to targets.
        key = re.sub(r"(\.[^.\[]+|\[\d+\]|^[^.\[]+)$", "", key)
    found = SAID.search(said)
    return int(found[1]) if found else None


def _named(name: str, *, is_list: bool, counts: dict[str, int]) -> str:
    """Return a header's table with the number of each list on the way: calendars[2].holidays."""
    steps = name.replace(" ", "").split(".")
    path = ""
    for index, step in enumerate(steps):
        path = f"{path}.{step}" if path else step
        if is_list and index == len(steps) - 1:
            counts[path] = counts.get(path, 0) + 1
        if path in counts:
            path = f"{path}[{counts[path]}]"
    return path


def _lines_outside_long_texts(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines that do not begin within a text of several lines."""
    open_quotes = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if not open_quotes:
            yield number, line
        for quotes in LONG_TEXTS:
            if open_quotes in ("", quotes) and line.count(quotes) % 2:
                open_quotes = "" if open_quotes else quotes
                break
