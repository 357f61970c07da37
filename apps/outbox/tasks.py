"""The worker's entries to delivery."""

from threading import Lock

from celery import shared_task
from django.utils import timezone

from apps.outbox import hook_run, pushes, services
from apps.outbox.models import Message

_pushing, _hooking = Lock(), Lock()


@shared_task(name="apps.outbox.tasks.deliver_pending")
def deliver_pending() -> None:
    """Nudged by each commit that wrote messages, and run by the beat for lost nudges."""
    services.deliver_pending(at=timezone.now(), clock=timezone.now)


@shared_task(name="apps.outbox.tasks.deliver_pages")
def deliver_pages() -> None:
    """The same for mails that page somebody."""
    at = timezone.now()
    services.deliver_pending(at=at, clock=timezone.now, channel=Message.Channel.PAGE)


@shared_task(name="apps.outbox.tasks.deliver_pushes")
def deliver_pushes() -> None:
    """The same for pushes; one run a process, which meets what falls due while it lasts.

    So services that hang never use up all threads of a worker that has other work too.
    """
    if _pushing.acquire(blocking=False):
        try:
            pushes.deliver_pushes(at=timezone.now(), clock=timezone.now)
        finally:
            _pushing.release()


@shared_task(name="apps.outbox.tasks.deliver_hooks")
def deliver_hooks() -> None:
    """The same for webhooks, one run a process too."""
    if _hooking.acquire(blocking=False):
        try:
            hook_run.deliver_hooks(at=timezone.now(), clock=timezone.now, ways=hook_run.our_ways())
        finally:
            _hooking.release()
