"""Kinds of what is sent: each says its bounds in the document, and is checked by them."""

from datetime import UTC, datetime
from typing import Annotated, Any

from ninja import Field, Schema
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, ConfigDict

LONGEST = 100_000  # characters of a message
_NO_NUL = r"^[^\u0000]*$"  # PostgreSQL keeps no text with it


def _plain(value: Any) -> Any:
    """Return text with lines as they end in mails, and nothing blank around it."""
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value


def _in_utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError("There is no such instant in UTC.") from None


Text = Annotated[
    str, BeforeValidator(_plain), Field(min_length=1, max_length=LONGEST, pattern=_NO_NUL)
]
MaybeText = Annotated[str, BeforeValidator(_plain), Field(max_length=LONGEST, pattern=_NO_NUL)]
Subject = Annotated[
    str, BeforeValidator(_plain), Field(min_length=1, max_length=250, pattern=_NO_NUL)
]
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=_NO_NUL)]
# What a list of ours names something by: a severity, a category, a service, a ground.
ListKey = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9_.-]+$")]
Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]


class Sent(Schema):
    """What is sent. A part that is not known is refused: a typing error would be lost."""

    model_config = ConfigDict(extra="forbid")
