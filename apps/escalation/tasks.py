"""The ticks, for the worker."""

from celery import shared_task
from django.utils import timezone

from apps.escalation import services


@shared_task
def remind_reports() -> None:
    """Run every minute. Safe to run late, twice, or on many workers at once."""
    services.remind_owed(at=timezone.now())
