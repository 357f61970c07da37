"""Shapes that several tables of a policy file share."""

import re
from contextlib import suppress
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from apps.contracts.rules.names import shows, unseen_in


def _printable(value: str) -> str:
    """Refuse control characters, which PostgreSQL does not all store, and what nobody sees."""
    if any(ord(character) < ord(" ") and character not in "\n\t" for character in value):
        raise ValueError("must not hold control characters")
    if unseen := unseen_in(value, lines=True):
        raise ValueError(f"must not hold an invisible character, {unseen}")
    if not shows(value):
        raise ValueError("must show something")
    return value


Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=40)]
Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(_printable)
]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
YEARS = range(1970, 2101)
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _money(value: object) -> object:
    """Take money as a string only: 0.1 as a float is not ten cents. 5 and "5.00" are the same."""
    if not isinstance(value, str) and type(value) is not int:
        raise ValueError('must be money in quotes, such as "125.00"')
    if not re.fullmatch(r"[0-9]{1,10}(\.[0-9]{1,2})?", str(value), flags=re.ASCII):
        raise ValueError(
            'must be money such as "125.00": digits, and at most two places after the point'
        )
    return Decimal(value).quantize(Decimal("0.01"))


Money = Annotated[Decimal, BeforeValidator(_money)]


def _clock(value: object) -> object:
    """Take a time of day as TOML's own or in quotes; 24:00 is the end of the day."""
    if value == "24:00":
        return time(0)
    if isinstance(value, str) and re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", value):
        return time.fromisoformat(value)
    return value


def _opening(value: object) -> object:
    """Take a time of day at which something begins: nothing begins at the end of its day."""
    return value if value == "24:00" else _clock(value)


Clock = Annotated[time, BeforeValidator(_clock)]
Opening = Annotated[time, BeforeValidator(_opening)]


def _date(value: object) -> object:
    """Take a date as TOML's own or in quotes."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        with suppress(ValueError):  # a day that does not exist stays text, which is refused
            return date.fromisoformat(value)
    return value


def _near(value: date) -> date:
    """Refuse a year that only a slip of the pen can mean."""
    if value.year not in YEARS:
        raise ValueError(f"must lie in the years {YEARS.start} to {YEARS.stop - 1}")
    return value


OnDate = Annotated[date, BeforeValidator(_date), AfterValidator(_near)]
Year = Annotated[int, Field(ge=YEARS.start, le=YEARS.stop - 1)]


class Part(BaseModel):
    """A table of the file. An unknown key is an error; no value is turned into another kind."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Cited(Part):
    """A table that rests on a clause and, where the text leaves room, on a reading of ours."""

    clause: Text
    reading: Text = ""


class Hours(Part):
    """A length of time, as hours and minutes."""

    hours: Annotated[int, Field(ge=0, le=100_000)] = 0
    minutes: Annotated[int, Field(ge=0, le=59)] = 0

    @property
    def duration(self) -> timedelta:
        return timedelta(hours=self.hours, minutes=self.minutes)


class WindowPart(Part):
    days: Annotated[list[Day], Field(min_length=1)]
    opens: Opening
    closes: Clock


class OwnHoliday(Part):
    on: OnDate
    name: Annotated[Text, StringConstraints(max_length=120)]
    opens: Opening | None = None
    closes: Clock | None = None


class HolidaysPart(Part):
    """Public holidays from the `holidays` library, and the provider's own days."""

    country: Annotated[str, StringConstraints(pattern=r"^([A-Z]{2})?$")] = ""
    subdivision: Annotated[str, StringConstraints(max_length=10)] = ""
    categories: list[str] = ["public"]
    from_year: Year | None = None
    to_year: Year | None = None
    own: list[OwnHoliday] = []
