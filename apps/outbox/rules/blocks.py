"""What a mail's plain text consists of, so that its HTML part can be made from it.

Clause: none (the form of a mail).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

# “Subject:  No dial tone”, the way our own templates write a fact.
_FACT = re.compile(r"([^\s:][^:]{0,24}):[ \t]+(\S.*)")
_ITEM = re.compile(r"[ \t]+[-*•] (.*)")
_FEWEST_FACTS = 2  # one line with a colon is a sentence
# A line of at least so many characters goes on in the next one; a shorter one ends where it does.
_WRAPPED_FROM = 60
_SIGNATURE = "--"


class Kind(StrEnum):
    """What a run of lines is."""

    PROSE = "prose"
    FACTS = "facts"
    ITEMS = "items"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together. A fact is a label with its lines; all else has no labels."""

    kind: Kind
    rows: tuple[tuple[str, tuple[str, ...]], ...]


def blocks_of(text: str, *, as_typed: bool) -> list[Block]:
    """Return the blocks of a text, in order; no word of it is lost.

    ``as_typed``: a person wrote it, so that each line stays a line. Otherwise our templates did:
    lines that they wrapped are joined, and their facts and lists are seen for what they are.

    Clause: none (the form of a mail).
    """
    lines = [_printable(line) for line in text.expandtabs(4).split("\n")]
    if not as_typed:
        return [block for run in _runs(lines) for block in _made_by_us(run)]
    body, signature = _signed(lines)
    blocks = [_block(Kind.PROSE, run) for run in _runs(body)]
    return blocks + [_block(Kind.SIGNATURE, run) for run in _runs(signature)]


def _printable(line: str) -> str:
    """Leave out what no HTML may carry."""
    return "".join(letter for letter in line.rstrip() if letter >= " " and letter != "\x7f")


def _signed(lines: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """Split at the last line that announces a signature."""
    marks = [place for place, line in enumerate(lines) if line == _SIGNATURE]
    return (lines[: marks[-1]], lines[marks[-1] + 1 :]) if marks else (lines, [])


def _runs(lines: Sequence[str]) -> Iterator[list[str]]:
    """Yield the runs of lines between empty ones."""
    run: list[str] = []
    for line in [*lines, ""]:
        if line.strip():
            run.append(line)
        elif run:
            yield run
            run = []


def _made_by_us(run: Sequence[str]) -> Iterator[Block]:
    if _FACT.match(run[0]) and sum(map(bool, map(_FACT.match, run))) >= _FEWEST_FACTS:
        yield Block(Kind.FACTS, tuple(_facts(run)))
        return
    first = next((place for place, line in enumerate(run) if _ITEM.match(line)), len(run))
    if first:
        yield _block(Kind.PROSE, _unwrapped(run[:first]))
    if first < len(run):
        yield _block(Kind.ITEMS, _items(run[first:]))


def _facts(run: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    label, values = "", []
    for line in run:
        found = _FACT.match(line)
        if found is None:
            values.append(line.strip())
            continue
        if label:
            yield label, tuple(values)
        label, values = found[1], [found[2]]
    yield label, tuple(values)


def _items(run: Sequence[str]) -> list[str]:
    items: list[str] = []
    for line in run:
        found = _ITEM.match(line)
        if found:
            items.append(found[1])
        else:
            items[-1] += f" {line.strip()}"
    return items


def _unwrapped(run: Sequence[str]) -> list[str]:
    lines: list[str] = []
    for before, line in zip(["", *run], run, strict=False):
        if len(before) >= _WRAPPED_FROM:
            lines[-1] += f" {line.strip()}"
        else:
            lines.append(line)
    return lines


def _block(kind: Kind, lines: Sequence[str]) -> Block:
    return Block(kind, tuple(("", (line,)) for line in lines))
