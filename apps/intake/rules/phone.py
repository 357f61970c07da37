"""Phone numbers as people write them, and as they are found again.

Clause: V-8.1 (a caller is found while they wait), S-1.
"""

FEWEST, MOST = 5, 9  # digits that tell one number from another: fewer fit many, more vary


def digits_backwards(number: str) -> str:
    """Return the digits of a number, the last one first: who types its end finds its beginning.

    Clause: V-8.1.
    """
    return "".join(each for each in number if each in "0123456789")[::-1]


def ending_of(words: str) -> str:
    """Return what the number meant by some words ends with, the last digit first; "": none is.

    The same number is written with and without country and area code, or with a leading zero
    instead of them, so that its last digits are what counts.

    Clause: V-8.1.
    """
    if any(each.isalpha() or each in "@_" for each in words):
        return ""
    backwards = digits_backwards(words).rstrip("0")[:MOST]
    return backwards if len(backwards) >= FEWEST else ""
