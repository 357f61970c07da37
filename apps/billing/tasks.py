"""What Celery runs: thin shells around the services."""

from celery import shared_task
from django.utils import timezone

from apps.billing.services import exporting, imports


@shared_task(name="apps.billing.tasks.make_export")
def make_export(batch_id: int) -> None:
    """Run once an export is asked for. Safe to run late, twice, or in two places at once."""
    exporting.make_export(batch_id=batch_id, at=timezone.now())


@shared_task(name="apps.billing.tasks.make_exports")
def make_exports() -> None:
    """Run every minute, for exports whose nudge or worker was lost. Safe to run twice."""
    exporting.make_waiting(at=timezone.now())


@shared_task(name="apps.billing.tasks.book_imports")
def book_imports() -> None:
    """Run every half a minute. Safe to run late, twice, or in two places at once."""
    imports.book_pending(at=timezone.now())
