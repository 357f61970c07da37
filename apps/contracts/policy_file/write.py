"""Writing a policy file: any document that can be read comes out as TOML that says the same.

The layout is ours: comments and the order of tables among each other do not survive.
"""

from collections.abc import Iterator, Mapping
from datetime import date, time
from typing import Any

WIDTH = 96  # of a line; a longer list has an entry a line
CHUNK = 800  # characters of a text in one line, far below what a line may have when it is read
LENGTH_OF_TIME = {"hours", "minutes"}
ESCAPES = {
    **{code: f"\\u{code:04x}" for code in (*range(0x20), 0x7F)},
    **str.maketrans({'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}),
}

Path = tuple[str, ...]


def write(document: Mapping[str, Any]) -> str:
    """Return a document, as tomllib reads one, as text. Its keys are bare ones."""
    return "\n".join(_table(document, ())).lstrip("\n") + "\n"


def value_in_a_line(value: Any) -> str | None:
    """Return a value as it stands behind its key, or None where one line is too little for it."""
    text = _value(value)
    return None if "\n" in text else text


def _table(table: Mapping[str, Any], path: Path) -> Iterator[str]:
    """Yield the lines of a table: first its own values, then the tables below it."""
    for key, value in table.items():
        if not _is_below(value, path):
            yield f"{key} = {_value(value)}"
    for key, value in table.items():
        below = (*path, key)
        if not _is_below(value, path):
            continue
        if isinstance(value, dict):
            yield from _headed(f"[{'.'.join(below)}]", value, below)
        else:
            for entry in value:
                yield from _headed(f"[[{'.'.join(below)}]]", entry, below)


def _headed(header: str, table: Mapping[str, Any], path: Path) -> Iterator[str]:
    only_tables = bool(table) and all(_is_below(value, path) for value in table.values())
    if not only_tables or header.startswith("[["):
        yield f"\n{header}"
    yield from _table(table, path)


def _is_below(value: Any, path: Path) -> bool:
    """Tell whether a value of the table at a path is written as tables of its own."""
    if isinstance(value, dict):
        return not (value.keys() <= LENGTH_OF_TIME and path)
    is_list_of_tables = isinstance(value, list) and bool(value) and _are_tables(value)
    return is_list_of_tables and path in ((), ("reasons",))


def _are_tables(values: list[Any]) -> bool:
    return all(isinstance(value, dict) for value in values)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict):
        pairs = ", ".join(f"{key} = {_value(entry)}" for key, entry in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, list):
        return _list(value)
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _list(values: list[Any]) -> str:
    entries = [_value(value) for value in values]
    in_a_row = f"[{', '.join(entries)}]"
    if len(in_a_row) <= WIDTH and not _are_tables(values):
        return in_a_row
    return "".join(["[", *(f"\n  {entry}," for entry in entries), "\n]"]) if entries else "[]"


def _text(value: str) -> str:
    """Return a text in quotes; a long one over several lines, whose ends do not count."""
    if len(value) <= CHUNK:
        return f'"{value.translate(ESCAPES)}"'
    chunks = [value[start : start + CHUNK] for start in range(0, len(value), CHUNK)]
    return '"""' + "".join(f"\\\n{_chunk(chunk)}" for chunk in chunks) + '"""'


def _chunk(text: str) -> str:
    """Escape a piece of a text. Blanks at its start would go with the end of the line before."""
    rest = text.lstrip(" ")
    return "\\u0020" * (len(text) - len(rest)) + rest.translate(ESCAPES)
