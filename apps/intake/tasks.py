"""What Celery runs: thin shells around the services."""

import logging
from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from apps.intake import services

logger = logging.getLogger(__name__)

# A mail takes well under a second; who has not finished after this is not going to.
STALE = timedelta(minutes=2)


@shared_task(name="apps.intake.tasks.process_pending")
def process_pending() -> None:
    """Run every minute. Safe to run late, twice, or in two places at once."""
    services.process_pending(before=timezone.now() - STALE)


@shared_task(name="apps.intake.tasks.poll_mailbox")
def poll_mailbox() -> None:
    """Run every minute. Safe to run late, twice, or in two places at once."""
    try:
        services.poll_mailbox(at=timezone.now())
    except services.MailboxTrouble as trouble:
        # Nothing is lost by it, and the next run is a minute away: a line is enough.
        logger.error("%s", trouble)


@shared_task(name="apps.intake.tasks.follow_voice")
def follow_voice() -> None:
    """Run every half a minute. Safe to run late, twice, or in two places at once."""
    services.follow_voice(at=timezone.now())


@shared_task(name="apps.intake.tasks.handle_monitoring")
def handle_monitoring() -> None:
    """Nudged by each post, and run every half a minute. Safe to run late, twice, or anywhere."""
    services.read_posts()
    services.handle_alerts(at=timezone.now())
    services.forget_posts(at=timezone.now())
