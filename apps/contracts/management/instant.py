"""The moment of a command: the edge where the clock is read."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime

from django.utils import timezone


def instant(text: str) -> datetime:
    """Return an aware instant from ISO 8601.

    :raises ArgumentTypeError: it is no instant, or names no offset.
    """
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise ArgumentTypeError(f"{text} is not an instant such as 2024-03-01T09:00:00+00:00")
    return at


def add_at(parser: ArgumentParser) -> None:
    """Give a command the option --at, which is now unless stated."""
    parser.add_argument(
        "--at", type=instant, default=timezone.now(), metavar="ISO", help="instead of now"
    )
