"""The moment of a command: the edge where the clock is read."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime

from django.utils import timezone


def instant(text: str) -> datetime:
    """Return an instant from ISO 8601, in UTC.

    :raises ArgumentTypeError: it is no instant, or names no offset.
    """
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is not None:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):  # in UTC the year may be 0 or 10000
        pass
    raise ArgumentTypeError(f"{text} is not an instant such as 2024-03-01T09:00:00+00:00")


def add_at(parser: ArgumentParser) -> None:
    """Give a command the option --at, which is now unless stated."""
    parser.add_argument(
        "--at", type=instant, default=timezone.now(), metavar="ISO", help="instead of now"
    )
