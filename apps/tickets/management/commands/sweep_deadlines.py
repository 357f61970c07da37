"""manage.py sweep_deadlines [--at ISO]: the sweep by hand."""

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.contracts.management.instant import add_at
from apps.tickets.services import sweep_deadlines


class Command(BaseCommand):
    help = "Record the deadlines that were missed by an instant, and give the warnings due."

    def add_arguments(self, parser: CommandParser) -> None:
        add_at(parser)

    def handle(self, *, at: datetime, **options: Any) -> None:
        if at > timezone.now():
            self.stderr.write("That instant has not come: what is recorded as missed stays so.")
        swept = sweep_deadlines(at=at)
        self.stdout.write(f"{swept.missed} missed, {swept.warned} warned.")
        if swept.stuck:
            raise CommandError(f"{swept.stuck} could not be written; the log says why.")
