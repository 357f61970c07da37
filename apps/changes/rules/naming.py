"""Whether a sentence names an object: a circuit, a trunk, a number.

Clause: S-11.
"""

import re

SHORTEST = 4  # characters of a name that is looked for in a sentence
# What stands right before or after may go on with the name: “trunk-1” is not in “trunk-10”,
# “trunk-1b” or “trunk-1-b”, nor “ge-0/0” in “ge-0/0/1”; but it is in “trunk-1/trunk-2”.
BEFORE = r"(?<!\w)(?<!\w[-.:])(?<!\d/)"
AFTER = r"(?!\w)(?![-.:]\w)(?!/\d)"


def is_named_in(name: str, words: str) -> bool:
    """Tell whether words hold a name as a whole, in capitals or not; a very short one: never.

    Clause: S-11.
    """
    wanted, said = name.casefold(), words.casefold()
    # Most are not there at all, which is told without a pattern.
    if len(name) < SHORTEST or wanted not in said:
        return False
    return re.search(f"{BEFORE}{re.escape(wanted)}{AFTER}", said) is not None
