"""manage.py sweep_deadlines [--at ISO]: the sweep by hand."""

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.contracts.management.instant import add_at
from apps.tickets.services import sweep_deadlines


class Command(BaseCommand):
    help = "Record the deadlines that were missed by an instant, and give the warnings due."

    def add_arguments(self, parser: CommandParser) -> None:
        add_at(parser)

    def handle(self, *, at: datetime, **options: Any) -> None:
        swept = sweep_deadlines(at=at)
        self.stdout.write(f"{swept.missed} missed, {swept.warned} warned.")
