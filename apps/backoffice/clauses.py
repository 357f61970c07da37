"""The matrix of clauses: what each says, which rules and terms rest on it, which tests show it.

Read from the sources: policy files, the ``Clause:`` lines of rules and services, and the marks
of tests; nothing of it is kept anywhere else.
"""

import ast
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

REF = re.compile(r"\b([A-Z])-(\d+(?:\.\d+)*)((?:-[a-z]+)*)(?:\s+to\s+\1-(\d+)\b)?")


@dataclass(slots=True)
class Row:
    """One clause, and what rests on it."""

    ref: str
    title: str
    terms: list[str] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    tests: list[str] = field(default_factory=list)


def matrix(root: Path) -> list[Row]:
    """Return a row for each clause of the policy files under ``root``, in their order."""
    rows: dict[str, Row] = {}
    terms: dict[str, list[str]] = defaultdict(list)
    for file in sorted((root / "policies").glob("*.toml")):
        policy = tomllib.loads(file.read_text())
        for clause in policy.pop("clauses"):
            rows.setdefault(clause["ref"], Row(clause["ref"], clause["title"]))
        for ref, place in _cited_terms(policy, ""):
            terms[ref].append(f"{file.stem}: {place}")
    rules = _cited(root / "apps", _in_docstrings)
    tests = _cited(root / "tests", _in_marks)
    for ref, row in rows.items():
        row.terms, row.rules, row.tests = terms[ref], rules[ref], tests[ref]
    return list(rows.values())


def refs_in(text: str) -> Iterator[str]:
    """Yield the clause ids in a text; “R-14 to R-17” names four.

    >>> list(refs_in("V-2-response, R-14 to R-16"))
    ['V-2-response', 'R-14', 'R-15', 'R-16']
    """
    for found in REF.finditer(text):
        letter, number, suffix, last = found.groups()
        if last is None:
            yield f"{letter}-{number}{suffix}"
        else:
            yield from (f"{letter}-{n}" for n in range(int(number), int(last) + 1))


def _cited_terms(node: Any, place: str) -> Iterator[tuple[str, str]]:
    """Yield (ref, place) of every table that names a clause or a reading."""
    if isinstance(node, list):
        for item in node:
            yield from _cited_terms(item, place)
    elif isinstance(node, dict):
        name = f"{place} {node['key']}" if "key" in node else place
        for key, value in node.items():
            if isinstance(value, str) and (
                key == "reading" or key.endswith(("clause", "_reading"))
            ):
                yield value, name
            else:
                yield from _cited_terms(value, f"{place}.{key}" if place else key)


def _cited(folder: Path, find: Any) -> dict[str, list[str]]:
    """Map each clause id to the places under ``folder`` that ``find`` sees it in."""
    places: dict[str, list[str]] = defaultdict(list)
    for file in sorted(folder.rglob("*.py")):
        if "migrations" in file.parts:
            continue
        module = ".".join(file.relative_to(folder.parent).with_suffix("").parts)
        for node in ast.walk(ast.parse(file.read_text())):
            for ref in find(node):
                name = getattr(node, "name", "")
                places[ref].append(f"{module}.{name}" if name else module)
    return places


def _in_docstrings(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
        for line in re.findall(r"^\s*Clause:(.*(?:\n\s+.+)*)", ast.get_docstring(node) or "", re.M):
            yield from refs_in(line)


def _in_marks(node: ast.AST) -> Iterator[str]:
    """Yield the clauses that a test is marked with, or all tests of a module by ``pytestmark``."""
    for mark in _marks(node):
        if isinstance(mark, ast.Call) and ast.unparse(mark.func).endswith(".clause"):
            yield from (str(ast.literal_eval(argument)) for argument in mark.args)


def _marks(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.FunctionDef):
        yield from node.decorator_list
    elif isinstance(node, ast.Module):
        for line in node.body:
            if isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) == "pytestmark":
                given = line.value
                yield from given.elts if isinstance(given, ast.List | ast.Tuple) else [given]
