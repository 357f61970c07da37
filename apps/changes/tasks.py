"""What Celery runs: thin shells around the services."""

from celery import shared_task
from django.utils import timezone

from apps.changes.services.gap_reminders import remind_gaps as remind


@shared_task(name="apps.changes.tasks.remind_gaps")
def remind_gaps() -> None:
    """Run every quarter of an hour. Safe to run late, twice, or on many workers at once."""
    remind(at=timezone.now())
