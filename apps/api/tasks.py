"""What the API does by the clock."""

from celery import shared_task
from django.utils import timezone

from apps.api.services import forget_answers


@shared_task(name="apps.api.tasks.forget_answers")
def forget_old_answers() -> None:
    """Run once a night. Safe to run late, twice, or in two places at once."""
    forget_answers(at=timezone.now())
