"""What Celery runs: thin shells around the services."""

from celery import shared_task
from django.utils import timezone

from apps.tickets import services


@shared_task(name="apps.tickets.tasks.sweep_deadlines")
def sweep_deadlines() -> None:
    """Run every quarter of a minute. Safe to run late, twice, or in two places at once."""
    services.sweep_deadlines(at=timezone.now())
