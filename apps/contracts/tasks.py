"""What Celery runs: thin shells around the services."""

from celery import shared_task
from django.utils import timezone

from apps.contracts import services
from apps.contracts.services import tam_notices, webhook_sealing


@shared_task(name="apps.contracts.tasks.note_notices")
def note_notices() -> None:
    """Run every minute. Safe to run late, twice, or in two places at once."""
    tam_notices.note_notices(at=timezone.now())


@shared_task(name="apps.contracts.tasks.end_expired")
def end_expired() -> None:
    """Run every hour. Safe to run late, twice, or in two places at once."""
    services.end_expired(at=timezone.now())


@shared_task(name="apps.contracts.tasks.reseal_secrets")
def reseal_secrets() -> None:
    """Run every night. Safe to run late, twice, or in two places at once."""
    webhook_sealing.reseal_secrets()
