"""Inputs that change one value of a policy file's document each.

Nothing is judged here: what was typed goes into the document, as a text if it is no number, and
the reader of policy files says what is wrong with it, at the same key that the input is called by.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from apps.contracts.policy_file.problems import Path, key_of

DIGITS = 12  # more are no figure of a policy, and stay a text


@dataclass(slots=True)
class Input:
    """One value: where it stands, what it is called, and what is shown or was typed."""

    path: Path
    label: str
    kind: str  # text, area, lines, number, numbers, date, tick, choice
    value: Any
    unit: str = ""
    choices: Sequence[tuple[str, str]] = ()
    problems: list[str] = field(default_factory=list)
    shown: Any = None

    def __post_init__(self) -> None:
        self.shown = self.value

    @property
    def name(self) -> str:
        return key_of(self.path)

    @property
    def is_changed(self) -> bool:
        return self.value != self.shown

    def take(self, typed: Mapping[str, str]) -> None:
        """Take over what was typed. A field that was not posted stays as it is shown."""
        if self.kind == "tick":
            self.value = self.name in typed
        elif self.name in typed:
            self.value = typed[self.name].replace("\r\n", "\n").strip()

    def put(self, document: Any) -> None:
        """Put a changed value into a document; an empty one takes the key away."""
        if not self.is_changed:
            return
        *way, key = self.path
        for step in way:
            document = document.setdefault(step, {}) if isinstance(step, str) else document[step]
        value = READ[self.kind](self.value)
        if value in ("", None) and self.kind != "text":
            document.pop(key, None)
        else:
            document[key] = value


def number(typed: str) -> Any:
    """Return what was typed as a whole number if it is one, else as it is."""
    return int(typed) if re.fullmatch(r"-?[0-9]+", typed) and len(typed) <= DIGITS else typed


def numbers(typed: str) -> list[Any]:
    return [number(each.strip()) for each in typed.split(",") if each.strip()]


def lines(typed: str) -> list[str]:
    return [line.strip() for line in typed.split("\n") if line.strip()]


def day(typed: str) -> Any:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return typed


def same(typed: Any) -> Any:
    return typed


READ = {
    "area": same,
    "choice": same,
    "date": day,
    "lines": lines,
    "money": same,
    "number": number,
    "numbers": numbers,
    "text": same,
    "tick": same,
}


def shown(value: Any) -> str:
    """Return a value of the document as an input shows it."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "\n".join(value) if all(isinstance(each, str) for each in value) else _row(value)
    return str(value)


def _row(values: Sequence[Any]) -> str:
    return ", ".join(str(value) for value in values)


def length_of_time(table: Mapping[str, Any], path: Path, label: str) -> Iterator[Input]:
    """Yield the hours and the minutes of a length of time."""
    for unit in ("hours", "minutes"):
        yield Input((*path, unit), label, "number", shown(table.get(unit)), unit=unit)
        label = ""
