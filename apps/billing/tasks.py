"""What Celery runs: thin shells around the services."""

from celery import shared_task
from django.utils import timezone

from apps.billing.services import imports, plan_fees, rating


@shared_task(name="apps.billing.tasks.rate_work")
def rate_work() -> None:
    """Run every minute. Safe to run late, twice, or on many workers at once."""
    rating.rate_marked(at=timezone.now())


@shared_task(name="apps.billing.tasks.rate_plan_fees")
def rate_plan_fees() -> None:
    """Run every hour. Safe to run late, twice, or on many workers at once."""
    plan_fees.rate_due(at=timezone.now())


@shared_task(name="apps.billing.tasks.book_imports")
def book_imports() -> None:
    """Run every half a minute. Safe to run late, twice, or in two places at once."""
    imports.book_pending(at=timezone.now())
