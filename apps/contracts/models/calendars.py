"""Service hours: a calendar, its revisions, their windows and holidays.

A ticket's terms name a calendar; the hours themselves are those of its newest published revision,
so that next year's holidays can be added without a new policy.
"""

from datetime import time

from django.db import models
from django.db.models import F, Q

from apps.contracts.models.policies import Clause, PolicyVersion
from apps.contracts.models.users import validate_zone


class Calendar(models.Model):
    """Hours that clocks run in, named by the terms of one policy version."""

    version = models.ForeignKey(PolicyVersion, on_delete=models.CASCADE, related_name="calendars")
    key = models.SlugField(max_length=40)
    title = models.CharField(max_length=120)
    clause = models.ForeignKey(Clause, on_delete=models.CASCADE, related_name="+")
    reading = models.ForeignKey(Clause, on_delete=models.CASCADE, related_name="+", null=True)

    class Meta:
        ordering = ["version", "key"]
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="calendar_key"),
        ]

    def __str__(self) -> str:
        return self.title


class CalendarRevision(models.Model):
    """The hours of a calendar. Published, it is frozen like the policy itself."""

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    time_zone = models.CharField(max_length=64, validators=[validate_zone])
    always_open = models.BooleanField()
    country = models.CharField(max_length=2, blank=True, help_text="Whose public holidays count.")
    subdivision = models.CharField(max_length=10, blank=True)
    holidays_from_year = models.PositiveSmallIntegerField(null=True)
    holidays_to_year = models.PositiveSmallIntegerField(null=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["calendar", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["calendar", "number"], name="calendarrevision_number"),
            models.CheckConstraint(
                condition=Q(country="", holidays_from_year=None, holidays_to_year=None)
                | Q(holidays_from_year__lte=F("holidays_to_year")) & ~Q(country=""),
                name="calendarrevision_years_exactly_with_country",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.calendar} r{self.number}"


class Window(models.Model):
    """A weekly window in local time; one that closes at or before it opens runs over midnight."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0
        TUESDAY = 1
        WEDNESDAY = 2
        THURSDAY = 3
        FRIDAY = 4
        SATURDAY = 5
        SUNDAY = 6

    revision = models.ForeignKey(CalendarRevision, on_delete=models.CASCADE, related_name="windows")
    weekday = models.PositiveSmallIntegerField(choices=Weekday.choices)
    opens = models.TimeField()
    closes = models.TimeField()

    class Meta:
        ordering = ["revision", "weekday", "opens"]
        constraints = [
            models.UniqueConstraint(fields=["revision", "weekday", "opens"], name="window_once"),
            models.CheckConstraint(
                condition=Q(weekday__gte=0, weekday__lte=6), name="window_weekday_exists"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}-{self.closes:%H:%M}"


class Holiday(models.Model):
    """A day that is closed, or open only from ``opens`` to ``closes``."""

    revision = models.ForeignKey(
        CalendarRevision, on_delete=models.CASCADE, related_name="holidays"
    )
    on = models.DateField()
    name = models.CharField(max_length=120)
    opens = models.TimeField(null=True)
    closes = models.TimeField(null=True)
    is_own = models.BooleanField(help_text="Named by the provider, not by the public calendar.")

    class Meta:
        ordering = ["revision", "on"]
        constraints = [
            models.UniqueConstraint(fields=["revision", "on"], name="holiday_once"),
            models.CheckConstraint(
                condition=Q(opens__isnull=True, closes__isnull=True)
                | Q(opens__isnull=False, closes__isnull=False)
                # Midnight as the end is the end of the day.
                & (Q(opens__lt=F("closes")) | Q(closes=time(0))),
                name="holiday_closed_or_open_for_a_while",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.name}"
