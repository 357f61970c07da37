"""Changing a policy file's text as little as a change of its document needs."""

import re
from collections.abc import Iterator
from typing import Any

from apps.contracts.policy_file.places import lines_of
from apps.contracts.policy_file.problems import Path, PolicyFileInvalid, key_of
from apps.contracts.policy_file.read import document_of
from apps.contracts.policy_file.write import value_in_a_line, write

# A key with a value that ends on its line: a text, a word or number, a list, or a table.
LINE = re.compile(
    r"""(\s*[A-Za-z0-9_-]+\s*=\s*)("[^"\\]*"|[^\s"'\[{#]+|\[[^#]*\]|\{[^#]*\})(\s*(?:\#.*)?)"""
)


class _NotInPlace(Exception):
    """The change is more than other values on some lines."""


def rewritten(text: str, document: dict[str, Any]) -> tuple[str, bool]:
    """Return the text that says the document, and whether it kept its comments and its layout.

    Values change on their lines. Where that does not do, the whole file is written anew, and
    what only its layout and its comments said is lost.
    """
    try:
        changed = "\n".join(_with_values(text, document))
        if document_of(changed, name="") == document:
            return changed, True
    except (_NotInPlace, PolicyFileInvalid):
        pass
    return write(document), "#" not in text


def _with_values(text: str, document: dict[str, Any]) -> list[str]:
    known = lines_of(text)
    lines = text.split("\n")
    for path, value in _differences(document_of(text, name=""), document, ()):
        number = _line(known, path)
        line = lines[number - 1]
        match, written = LINE.fullmatch(line.rstrip("\r")), value_in_a_line(value)
        if match is None or written is None:
            raise _NotInPlace
        end = line[len(line.rstrip("\r")) :]
        lines[number - 1] = f"{match[1]}{written}{match[3]}{end}"
    return lines


def _line(known: dict[str, int], path: Path) -> int:
    if key_of(path) not in known:
        raise _NotInPlace
    return known[key_of(path)]


def _differences(old: Any, new: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """Yield the place and the new value of what differs, where a key has a line of its own."""
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict) and _has_lines(old, path):
        if old.keys() != new.keys():
            raise _NotInPlace
        for key, value in new.items():
            yield from _differences(old[key], value, (*path, key))
    elif isinstance(old, list) and isinstance(new, list) and _is_list_of_tables(path):
        if len(old) != len(new):
            raise _NotInPlace
        for number, pair in enumerate(zip(old, new, strict=True)):
            yield from _differences(*pair, (*path, number))
    else:
        yield path, new


def _has_lines(table: dict[str, Any], path: Path) -> bool:
    """Tell whether a table's keys are on lines of their own, as in all but lengths of time."""
    return not (table.keys() <= {"hours", "minutes"} and path)


def _is_list_of_tables(path: Path) -> bool:
    return len(path[path[:1] == ("reasons",) :]) == 1
