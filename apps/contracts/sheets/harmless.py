"""Text that a spreadsheet would run as a formula, made harmless on the way out.

An apostrophe before it makes it text; the import takes exactly that apostrophe away again.
"""

import re

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# What stands before a formula and does not keep every spreadsheet from running it.
PASSED_OVER = "'\" \u00a0\u2007\u200b\u202f\u3000\ufeff"
WOULD_RUN = "^[{}]*[{}]".format(PASSED_OVER, "".join(sorted(FORMULA_STARTS, key="-".__eq__)))

_would_run = re.compile(WOULD_RUN).match


def harmless(text: str) -> str:
    """Return the text such that no spreadsheet takes it for a formula."""
    # Text that looks already quoted is quoted once more, or it would come back without.
    return f"'{text}" if _would_run(text) else text


def as_meant(text: str) -> str:
    """Return what ``harmless`` was given."""
    return text[1:] if text.startswith("'") and _would_run(text) else text
