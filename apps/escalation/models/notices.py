"""When somebody of ours wants to hear of what happened."""

from datetime import time

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from simple_history.models import HistoricalRecords

DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


class NoticeHours(models.Model):
    """The hours in which a person wants notices, in their own zone. No row: at any hour.

    What is of the first priority is told at any hour all the same.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_hours"
    )
    days = models.CharField(
        max_length=7,
        default="12345",
        validators=[RegexValidator(r"^1?2?3?4?5?6?7?$", "Days are numbers from 1, Monday, to 7.")],
        help_text="The days on which the hours begin; 1 is Monday.",
    )
    opens = models.TimeField("from", default=time(9))
    closes = models.TimeField(
        "until", default=time(18), help_text="At or before the beginning: of the next day."
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = "notice hours"
        verbose_name_plural = "notice hours"
        ordering = ["user"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(days=""), name="noticehours_some_day")
        ]

    def __str__(self) -> str:
        return f"Notices of {self.user}"

    def clean(self) -> None:
        if not self.days:
            raise ValidationError(
                {"days": "Choose a day; delete the hours to hear of everything at once."}
            )
