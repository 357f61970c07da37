"""The worker's entry to delivery."""

from celery import shared_task
from django.utils import timezone

from apps.outbox import services


@shared_task(name="apps.outbox.tasks.deliver_pending")
def deliver_pending() -> None:
    """Nudged by each commit that wrote messages, and run by the beat for lost nudges."""
    services.deliver_pending(at=timezone.now(), clock=timezone.now)
