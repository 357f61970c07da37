"""What the receiving host found out about who sent a mail (RFC 8601), and whether it failed.

Anybody can write an Authentication-Results field into a mail. Only a host of ours is believed, by
the name that it signs with, and of several only what it added last: the fields above the first
Received line beneath the topmost one. That host must take away fields that claim its name from
the mails that it receives, as RFC 8601 asks; a sender who forges one for a host that adds none
gains no more than by sending none.

Clause: none (whom a mail is from; what a failure means is policy data).
"""

import re
from collections.abc import Collection, Iterator, Sequence

MAX_FIELDS = 20  # of one host; real ones add up to five
MAX_VALUE = 10_000  # characters of one field that are read; real ones have some hundreds

_FIELD = "authentication-results"
# Outside comments a quoted string is one word; inside them a quote means nothing.
_LEXEME = re.compile(r'"(?:[^"\\]|\\.)*+"?|[();=]|[^"();=\s\\]++|\\.?|\s++', re.DOTALL)
_IN_COMMENT = re.compile(r"\\.|[()]|[^()\\]++|.", re.DOTALL)
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)
_FAILED = {"fail", "hardfail"}  # softfail is the sending domain's doubt, not its word


def failure(headers: Sequence[tuple[str, str]], *, trusted: Collection[str]) -> str:
    """Return in words what failed, such as "SPF and DKIM failed"; "" if nothing certain did.

    ``headers`` are (lower-case name, value) from the top; ``trusted`` the names that hosts of ours
    sign with. A failed DMARC is a failure, and a passed one is none. Where DMARC says neither, a
    failed SPF is one unless DKIM passed, and a failed DKIM is one unless SPF passed.

    Clause: none (what is done about it is policy data).
    """
    found = results(headers, trusted=trusted)
    dmarc = found.get("dmarc", set())
    if "pass" in dmarc:
        return ""
    if dmarc & _FAILED:
        return "DMARC failed"
    passed = {name for name in ("spf", "dkim") if "pass" in found.get(name, set())}
    failed = [name.upper() for name in ("spf", "dkim") if found.get(name, set()) & _FAILED]
    return f"{' and '.join(failed)} failed" if failed and not passed else ""


def results(headers: Sequence[tuple[str, str]], *, trusted: Collection[str]) -> dict[str, set[str]]:
    """Return method -> its results, as the trusted host wrote them down last, in lower case.

    Of a method that several fields name, the topmost field counts: one further down may be older.

    Clause: none (how a header is read).
    """
    ours = {name.lower() for name in trusted}
    found: dict[str, set[str]] = {}
    for statements in _latest(headers, ours):
        of_field: dict[str, set[str]] = {}
        for words in statements:
            if words[1:2] == ["="] and len(words) > 2:  # noqa: PLR2004 (method = result)
                method = words[0].partition("/")[0].lower()
                of_field.setdefault(method, set()).add(words[2].lower())
        found = {**of_field, **found}
    return found


def _latest(headers: Sequence[tuple[str, str]], ours: set[str]) -> Iterator[list[list[str]]]:
    """Yield what the topmost fields of our hosts say, down to the Received line beneath them."""
    begun = 0
    for name, value in headers:
        if name == "received" and begun:
            return
        if name != _FIELD or begun == MAX_FIELDS:
            continue
        signed, *statements = _statements(value[:MAX_VALUE])
        # The name may be followed by a version; without either, the field says nothing.
        if signed and signed[0].lower() in ours:
            begun += 1
            yield statements


def _statements(value: str) -> list[list[str]]:
    """Return the words between the semicolons; comments are left out, quotes taken off."""
    statements: list[list[str]] = [[]]
    depth = position = 0
    while position < len(value):
        lexeme = (_IN_COMMENT if depth else _LEXEME).match(value, position)[0]  # type: ignore[index]
        position += len(lexeme)
        if lexeme in "()":
            depth = max(depth + (1 if lexeme == "(" else -1), 0)
        elif depth or lexeme.isspace():
            continue
        elif lexeme == ";":
            statements.append([])
        elif lexeme[0] == '"':
            quoted = lexeme[1:].removesuffix('"')
            statements[-1].append(_QUOTED_PAIR.sub(r"\1", quoted))
        else:
            statements[-1].append(lexeme)
    return statements
