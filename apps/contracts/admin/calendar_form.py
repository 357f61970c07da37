"""The form of a draft of hours: one line a weekday, one line an own day."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, time
from typing import Any

from django import forms

from apps.contracts.models import CalendarRevision, Window
from apps.contracts.rules import openings
from apps.contracts.services.calendar_hours import OwnDay, StatedHours, problems_of

CLOCK = r"([0-9]{1,2}:[0-9]{2})"
# What begins as a time of day or says a span of hours is no part of a name.
TIMES = re.compile(r".*[0-9]{1,2}:[0-9]{2}.*|[0-9]{1,2}\s*(?:-|–|to)\s*[0-9]{1,2}")
SPAN = re.compile(rf"\s*{CLOCK}\s*(?:-|–|to)\s*{CLOCK}\s*")
WEEKDAYS = [f"day_{number}" for number, _ in Window.Weekday.choices]
LONGEST = 400


class HoursForm(forms.Form):
    """What people write; ``stated`` is what it says once the form is valid."""

    seen = forms.CharField(widget=forms.HiddenInput)
    time_zone = forms.CharField(label="Time zone", max_length=64)
    always_open = forms.BooleanField(label="Always open", required=False)
    own = forms.CharField(label="Own days", required=False, max_length=20_000)
    country = forms.CharField(required=False, max_length=2)
    subdivision = forms.CharField(required=False, max_length=10)
    from_year = forms.IntegerField(label="From", required=False)
    to_year = forms.IntegerField(label="To", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (_, label) in zip(WEEKDAYS, Window.Weekday.choices, strict=True):
            self.fields[name] = forms.CharField(
                label=str(label), required=False, max_length=LONGEST
            )

    @property
    def weekdays(self) -> list[forms.BoundField]:
        """The fields of the days of the week."""
        return [self[name] for name in WEEKDAYS]

    def clean_country(self) -> str:
        return str(self.cleaned_data["country"]).strip().upper()

    def clean_subdivision(self) -> str:
        return str(self.cleaned_data["subdivision"]).strip()

    def clean(self) -> None:
        self.stated = StatedHours(
            windows=tuple(self._windows()),
            own=tuple(self._own()),
            **{
                name: self.cleaned_data.get(name, default)
                for name, default in [
                    ("time_zone", ""),
                    ("always_open", False),
                    ("country", ""),
                    ("subdivision", ""),
                    ("from_year", None),
                    ("to_year", None),
                ]
            },
        )
        if not self.errors:
            self.say(problems_of(self.stated))

    def say(self, problems: Any) -> None:
        """Show each problem at its field; those of the week stand above all days."""
        for problem in problems:
            place = problem.part if problem.part in self.fields else None
            self.add_error(place, problem.text)

    def _windows(self) -> Iterator[openings.Window]:
        for number, name in enumerate(WEEKDAYS):
            text = self.cleaned_data.get(name, "")
            if not text.strip():
                continue
            for part in re.split(r"[,;]", text):
                span = span_in(part)
                if span is None:
                    self.add_error(
                        name,
                        f"“{part.strip()}” is not a window. Write 08:00-12:00, 13:00-17:00; leave"
                        " the line empty on a closed day.",
                    )
                else:
                    yield openings.Window(number, *span)

    def _own(self) -> Iterator[OwnDay]:
        for line in self.cleaned_data.get("own", "").splitlines():
            if line.strip():
                try:
                    yield own_day_in(line)
                except ValueError as refusal:
                    self.add_error("own", f"“{line.strip()[:60]}”: {refusal}")


def span_in(text: str) -> tuple[time, time] | None:
    """Return the two times of a window such as 22:00-06:00; 24:00 is the end of the day."""
    found = SPAN.fullmatch(text)
    if found is None:
        return None
    try:
        opens = time.fromisoformat(found[1].zfill(len("00:00")))
        closes = time() if found[2] == "24:00" else time.fromisoformat(found[2].zfill(5))
    except ValueError:
        return None
    return opens, closes


def own_day_in(line: str) -> OwnDay:
    """Return the day of a line such as “2026-12-24, Christmas Eve, 08:00-12:00”.

    :raises ValueError: it is not written so.
    """
    day, _, rest = (part.strip() for part in line.partition(","))
    try:
        on = date.fromisoformat(day)
    except ValueError:
        raise ValueError("begin with the day, such as 2026-12-24.") from None
    name, _, last = rest.rpartition(",")
    span = span_in(last) if name.strip() else None
    if not rest:
        raise ValueError("a name is missing: 2026-12-24, Christmas Eve.")
    if span:
        return OwnDay(on, name.strip(), *span)
    if TIMES.fullmatch(last.strip()):
        # Taken as a name it would close the whole day.
        raise ValueError(
            "write its hours last, after a comma: 2026-12-24, Christmas Eve, 08:00-12:00."
        )
    return OwnDay(on, rest)


def as_written(revision: CalendarRevision) -> Mapping[str, Any]:
    """Return a revision as the form's fields say it."""
    week: dict[str, list[str]] = {}
    for window in revision.windows.order_by("weekday", "opens"):
        text = f"{window.opens:%H:%M}-{window.closes:%H:%M}"
        week.setdefault(WEEKDAYS[window.weekday], []).append(text)
    own = [
        f"{day.on}, {day.name}" + (f", {day.opens:%H:%M}-{day.closes:%H:%M}" if day.opens else "")
        for day in revision.holidays.filter(is_own=True).order_by("on")
    ]
    return {
        "time_zone": revision.time_zone,
        "always_open": revision.always_open,
        "country": revision.country,
        "subdivision": revision.subdivision,
        "from_year": revision.holidays_from_year,
        "to_year": revision.holidays_to_year,
        "own": "\n".join(own),
        **{name: ", ".join(windows) for name, windows in week.items()},
    }
