"""What Celery runs: thin shells around the services."""

from celery import shared_task
from django.utils import timezone

from apps.billing.services import closing, imports


@shared_task(name="apps.billing.tasks.book_imports")
def book_imports() -> None:
    """Run every half a minute. Safe to run late, twice, or in two places at once."""
    imports.book_pending(at=timezone.now())


@shared_task(name="apps.billing.tasks.verify_ledger")
def verify_ledger() -> None:
    """Run once a night. What it finds stands on the page of the month's end."""
    at = timezone.now()
    closing.check_ledger(as_of=at.date(), at=at, by=None)
