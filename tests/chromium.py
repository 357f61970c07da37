"""The browser of the tests: Debian's Chromium, or another that is found here."""

import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def program() -> str | None:
    """Return where it is; None: there is none, and nothing is looked at in a browser."""
    return next((found for found in map(shutil.which, NAMES) if found), None)
