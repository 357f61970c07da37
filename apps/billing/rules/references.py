"""Which documents a payer's words name.

A number counts only after the prefix of its series: a bare number is a telephone number as often as
an invoice, and is never guessed.

Clause: V-3.4.6, S-12.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from unicodedata import category, normalize

LONGEST_NUMBER = 15  # digits; longer ones are accounts of a bank
_BETWEEN = r"[ \t\r\n./_:#-]"


@dataclass(frozen=True, slots=True)
class Prefix:
    """What the numbers of a series begin with, and to how many digits they are filled."""

    text: str
    digits: int


@dataclass(frozen=True, slots=True)
class Named:
    """A document that the words name: the prefix of its series, and its number."""

    prefix: str
    number: int


def named_in(words: str, *, prefixes: Iterable[Prefix]) -> Sequence[Named]:
    """Return the documents that the words name, in their order and each once.

    Case, spaces, dashes and leading zeros do not matter: “inv 42” names INV-000042. Where two
    prefixes fit at one place, the longer one is meant. Without anything between prefix and number
    that tells them apart, the number must be written in full.

    Clause: V-3.4.6, S-12.
    """
    longest_first = sorted(prefixes, key=lambda each: (-len(each.text), each.text))
    if not longest_first:
        return []
    pattern = "|".join(
        f"(?P<p{place}>{_pattern(prefix)})" for place, prefix in enumerate(longest_first)
    )
    found: dict[Named, None] = {}
    for match in re.finditer(rf"(?<![A-Z0-9])(?:{pattern})(?![0-9])", _plain(words)):
        place = next(n for n in range(len(longest_first)) if match[f"p{n}"])
        digits = re.search(r"[0-9]+\Z", match[0])
        prefix = longest_first[place]
        number = int(_after(digits[0] if digits else "0", prefix, match[0]))
        found.setdefault(Named(prefix.text, number))
    return list(found)


def _pattern(prefix: Prefix) -> str:
    parts = re.findall(r"[A-Z]+|[0-9]+", prefix.text)
    begins = f"{_BETWEEN}*".join(parts)
    if parts[-1].isdigit():
        full = f"[0-9]{{{prefix.digits}}}"
        return f"{begins}(?:{_BETWEEN}+[0-9]{{1,{LONGEST_NUMBER}}}|{full})"
    return f"{begins}{_BETWEEN}*[0-9]{{1,{LONGEST_NUMBER}}}"


def _after(digits: str, prefix: Prefix, whole: str) -> str:
    """Return the digits of the number alone, where the prefix ends in digits just before it."""
    joined = re.sub(r"[^A-Z0-9]", "", prefix.text)
    stuck = re.search(r"[0-9]*\Z", joined)
    is_stuck = bool(stuck and stuck[0]) and not re.search(rf"{_BETWEEN}[0-9]+\Z", whole)
    return digits[-prefix.digits :] if is_stuck else digits


def _plain(words: str) -> str:
    """Return the words in capitals, with every kind of dash and space as the usual one."""
    folded = normalize("NFKC", words).upper()
    return "".join(_mark(each) for each in folded)


def _mark(each: str) -> str:
    kind = category(each)
    if kind == "Pd":
        return "-"
    return " " if kind == "Zs" else each
