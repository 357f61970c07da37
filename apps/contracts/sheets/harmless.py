"""Text that a spreadsheet would run as a formula, made harmless on the way out.

An apostrophe before it makes it text; the import takes exactly that apostrophe away again.
"""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(text: str) -> str:
    """Return the text such that no spreadsheet takes it for a formula."""
    # Text that looks already quoted is quoted once more, or it would come back without.
    return f"'{text}" if _would_run(text.lstrip("'")) else text


def as_meant(text: str) -> str:
    """Return what ``harmless`` was given."""
    return text[1:] if text.startswith("'") and _would_run(text.lstrip("'")) else text


def _would_run(text: str) -> bool:
    return text.startswith(FORMULA_STARTS)
