"""What Celery runs: thin shells around the services."""

from celery import shared_task
from django.utils import timezone

from apps.tickets import services
from apps.tickets.services import recompute

# So many tickets a sweep: what is more is left to the task that publishing new hours starts.
RECOMPUTED_ON_THE_WAY = 200


@shared_task(name="apps.tickets.tasks.sweep_deadlines")
def sweep_deadlines() -> None:
    """Run every quarter of a minute. Safe to run late, twice, or in two places at once.

    It first counts deadlines anew whose hours changed, where the nudge to do so was lost.
    """
    recompute.recompute_deadlines(at=timezone.now(), limit=RECOMPUTED_ON_THE_WAY)
    services.sweep_deadlines(at=timezone.now())


@shared_task(name="apps.tickets.tasks.sweep_follow_ups")
def sweep_follow_ups() -> None:
    """Run every half a minute. Safe to run late, twice, or in two places at once."""
    services.sweep_follow_ups(at=timezone.now())


@shared_task(name="apps.tickets.tasks.follow_standings")
def follow_standings() -> None:
    """Run every minute. A second run finds nothing to do."""
    services.follow_standings(at=timezone.now())


@shared_task(name="apps.tickets.tasks.recompute_deadlines")
def recompute_deadlines() -> None:
    """Run when new hours are published. A second run finds nothing to do."""
    recompute.recompute_deadlines(at=timezone.now())
