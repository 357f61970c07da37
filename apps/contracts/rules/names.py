"""What a name is made of: nothing that no reader sees, no letters that pass for other ones.

Clause: none (the form of a name).
"""

import re
from unicodedata import category, name

# Formats such as zero-width spaces and turns of direction, separators of lines, private ones, and
# what Unicode has not assigned.
_UNSEEN = frozenset({"Cf", "Zl", "Zp", "Co", "Cn"})
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")  # letters that show nothing
_CONTROL = frozenset({"Cc", "Cs"})
_WORD = re.compile(r"[^\W\d_]+")
_ALIKE = ("LATIN", "CYRILLIC", "GREEK")


def unseen_in(text: str, *, lines: bool = False) -> str:
    """Return the first character that no reader sees, such as “U+200B”; "": there is none.

    ``lines``: the text may have several lines, and tabs.

    Clause: none (the form of a name).
    """
    for each in text:
        kind = category(each)
        is_control = kind in _CONTROL and not (lines and each in "\r\n\t")
        if is_control or kind in _UNSEEN or each in _BLANK:
            return f"U+{ord(each):04X}"
    return ""


def shows(text: str) -> bool:
    """Tell whether anything of a text is seen: not only spaces, and marks with nothing below.

    Clause: none (the form of a name).
    """
    return any(category(each)[0] not in "CMZ" and each not in _BLANK for each in text)


def mixed_word(text: str) -> str:
    """Return the first word that mixes Latin, Cyrillic and Greek letters; "": there is none.

    A Cyrillic letter inside a Latin word passes for the Latin one. A name that is written wholly in
    another alphabet is as good as any, and so is one with a word of each.

    Clause: none (the form of a name).
    """
    for word in _WORD.findall(text):
        alphabets = {name(letter, "").partition(" ")[0] for letter in word} & set(_ALIKE)
        if len(alphabets) > 1:
            return str(word)
    return ""
