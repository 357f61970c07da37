"""What is wrong with a policy file, and where."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: in which file, at which key, under which clause.

    ``key`` counts the tables of a list from 1, as a reader does: ``targets[3]`` is the third. It
    is empty where the file as a whole is meant, and so is ``clause`` where no table cites one.
    """

    file: str
    key: str
    clause: str
    text: str

    def __str__(self) -> str:
        place = f" {self.key}" if self.key else ""
        clause = f" ({self.clause})" if self.clause else ""
        return f"{self.file}:{place}{clause}{':' if place else ''} {self.text}"


class PolicyFileInvalid(Exception):
    """The file cannot be loaded. ``problems`` holds all that is wrong, in the file's order."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem as a check sees it: the path into the document, counted from 0, and the text."""

    path: Path
    text: str

    def problem(self, *, file: str, document: dict[str, Any]) -> Problem:
        return Problem(file, key_of(self.path), clause_at(document, self.path), self.text)


def key_of(path: Path) -> str:
    """Return a path as people write it, counted from 1: ``targets[3].severities``."""
    steps = (f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(steps).removeprefix(".")


def tables_along(document: Any, path: Path) -> Iterator[Any]:
    """Yield the document, and what lies at each step of the path as far as it exists."""
    yield document
    for step in path:
        try:
            document = document[step]
        except (KeyError, IndexError, TypeError):
            return
        yield document


def clause_at(document: dict[str, Any], path: Path) -> str:
    """Return the clause of the nearest table around a path that cites or is one, or nothing."""
    tables = [table for table in tables_along(document, path) if isinstance(table, dict)]
    cited = (table.get("clause") or table.get("ref") for table in reversed(tables))
    return next((clause for clause in cited if isinstance(clause, str)), "")


def place_in(document: dict[str, Any], path: Path) -> list[int]:
    """Return a sort key that puts findings in the file's order, what is missing last."""
    place = []
    for table, step in zip(tables_along(document, path), path, strict=False):
        if isinstance(step, int):
            place.append(step)
        elif isinstance(table, dict):
            place.append([*table, step].index(step))
    return place
