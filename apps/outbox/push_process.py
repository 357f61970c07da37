"""Sends one push, in a process of its own that can be ended at any moment.

Run as a script: address, title and text come as JSON on standard input, so that the address stands
in no list of processes. Prints why it was not sent, without the address; the exit status says what
came of it.
"""

import json
import re
import sys

SENT, FAILED, NOT_UNDERSTOOD = 0, 1, 2
SHORT = 5  # characters: a piece of the address so short gives nothing away


def main() -> int:
    """Send what comes on standard input and return what came of it."""
    from apprise import Apprise, LogCapture, NotifyFormat, logging  # noqa: PLC0415 (slow)

    asked = json.load(sys.stdin)
    service = Apprise()
    # A template would be read from a file of this machine.
    reads_files = re.search(r"[?&]template=", asked["address"], re.IGNORECASE)
    if reads_files or not service.add(asked["address"]):
        print("The address is of no service that is known, or not complete.")  # noqa: T201
        return NOT_UNDERSTOOD
    if "text" not in asked:  # only whether the address is understood was asked
        return SENT
    with LogCapture(level=logging.WARNING, fmt="%(message)s") as log:
        sent = service.notify(
            title=asked["title"], body=asked["text"], body_format=NotifyFormat.TEXT
        )
        said = log.getvalue()
    if sent:
        return SENT
    print(without(said, asked["address"]) or "The service did not take it.")  # noqa: T201
    return FAILED


def without(said: str, address: str) -> str:
    """Return the last line of a log, unless a piece of the secret address stands in it."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    pieces = [piece for piece in re.split(r"[/:@?&=#.,]+", address) if len(piece) > SHORT]
    last = lines[-1][:200] if lines else ""
    return "" if any(piece.lower() in last.lower() for piece in pieces) else last


if __name__ == "__main__":
    sys.exit(main())
