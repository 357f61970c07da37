"""What Celery runs: thin shells around the services."""

from celery import shared_task
from django.utils import timezone

from apps.escalation import services
from apps.escalation.services import coverage, paging


@shared_task(name="apps.escalation.tasks.climb_escalations")
def climb_escalations() -> None:
    """Run every half a minute. Safe to run late, twice, or in two places at once."""
    services.climb_due(at=timezone.now())


@shared_task
def remind_reports() -> None:
    """Run every minute. Safe to run late, twice, or on many workers at once."""
    services.remind_owed(at=timezone.now())


@shared_task(name="apps.escalation.tasks.watch_coverage")
def watch_coverage() -> None:
    """Run every quarter of an hour. Safe to run late, twice, or in two places at once."""
    coverage.watch_coverage(at=timezone.now())


@shared_task(name="apps.escalation.tasks.climb_pages")
def climb_pages() -> None:
    """Run every quarter of a minute. Safe to run late, twice, or in two places at once."""
    paging.climb_due(at=timezone.now())
