"""What Celery runs: thin shells around the services."""

from celery import shared_task
from django.utils import timezone

from apps.billing.services import imports


@shared_task(name="apps.billing.tasks.book_imports")
def book_imports() -> None:
    """Run every half a minute. Safe to run late, twice, or in two places at once."""
    imports.book_pending(at=timezone.now())
