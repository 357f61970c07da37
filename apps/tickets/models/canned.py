"""Replies that are written once and sent often."""

from django.db import models
from simple_history.models import HistoricalRecords


class CannedReply(models.Model):
    """A text with placeholders such as {number}, which are filled in for the ticket at hand."""

    title = models.CharField(max_length=120, unique=True)
    body = models.TextField()
    is_active = models.BooleanField(default=True, help_text="Whether it is offered.")

    history = HistoricalRecords()

    class Meta:
        verbose_name_plural = "canned replies"
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title
