"""``manage.py deliver_pending``: what the worker does, by hand."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from apps.outbox import services
from apps.outbox.models import Message


class Command(BaseCommand):
    help = "Send the messages that are due now, and say how many wait, for what, or are dead."

    def handle(self, *args: Any, **options: Any) -> None:
        sent = services.deliver_pending(at=timezone.now(), clock=timezone.now)
        waiting = Message.objects.unsent().count()
        dead = Message.objects.dead().count()
        self.stdout.write(f"{sent} sent, {waiting} waiting, {dead} dead letters")
