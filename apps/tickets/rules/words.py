"""Texts as words: what is written down of a ticket for searching, and what a search looks for.

A word is a run of letters and digits, in small letters and without accents, so that “Zürich” and
“ZURICH” are one word. Both sides of a search go through here, whatever the database is.

Clause: none (form).
"""

import re
import unicodedata
from collections.abc import Sequence

LONGEST_WORD = 60  # characters; what is longer is found by its beginning
MOST_READ = 100_000  # characters of one text; bounds what a bomb of a mail can cost
MOST_SOUGHT = 12  # words of one search
SHORTEST_BEGINNING = 3  # characters, from which on the last word may be unfinished
_WORD = re.compile(r"[^\W_]+")


def words_in(*texts: str) -> list[str]:
    """Return the words of texts, each once, in their order.

    Clause: none (form).
    """
    found: dict[str, None] = {}
    for text in texts:
        for word in _WORD.findall(_plain(text[:MOST_READ])):
            found[word[:LONGEST_WORD]] = None
    return list(found)


def words_kept(*texts: str) -> str:
    """Return the words of texts as they are kept: a blank before and after each.

    Clause: none (form).
    """
    found = words_in(*texts)
    return f" {' '.join(found)} " if found else " "


def order_word(order_id: int) -> str:
    """Return the word by which a client's search finds the tickets of an order.

    No text has such a word, and no search of somebody's text looks for one.

    Clause: none (form).
    """
    return f"@{order_id}"


def words_sought(text: str) -> Sequence[tuple[str, bool]]:
    """Return the words that a search looks for, each with whether it is only a beginning.

    The last word may be unfinished.

    Clause: none (form).
    """
    found = words_in(text[:MOST_READ])[:MOST_SOUGHT]
    last = len(found) - 1
    return [
        (word, place == last and len(word) >= SHORTEST_BEGINNING)
        for place, word in enumerate(found)
    ]


def _plain(text: str) -> str:
    if text.isascii():
        return text.lower()
    # Twice: what comes apart (a bold A) may have a small form of its own, and the other way round.
    apart = unicodedata.normalize("NFKD", text.casefold())
    apart = unicodedata.normalize("NFKD", apart.casefold())
    return "".join(char for char in apart if not unicodedata.combining(char))
