"""manage.py recompute_deadlines [--check] [--calendar ID]: new hours, by hand, and their proof."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.contracts.models import Calendar
from apps.tickets.services.prove import prove_deadlines
from apps.tickets.services.recompute import recompute_deadlines

MOST_SHOWN = 100


class Command(BaseCommand):
    help = (
        "Count the open deadlines anew whose calendar has a newer revision. With --check: write"
        " nothing, and prove that all rows are what the rules say; the status is 1 if not."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="compare only, write nothing")
        parser.add_argument("--calendar", type=int, metavar="ID", help="of this calendar only")

    def handle(self, *, check: bool, calendar: int | None, **options: Any) -> None:
        if calendar is not None and not Calendar.objects.filter(pk=calendar).exists():
            raise CommandError(f"There is no calendar {calendar}.")
        if check:
            self._check(calendar)
            return
        done = recompute_deadlines(at=timezone.now(), calendar_id=calendar)
        self.stdout.write(f"{done.tickets} tickets counted anew.")
        if done.stuck:
            raise CommandError(f"{done.stuck} could not be counted; the log says why.")

    def _check(self, calendar: int | None) -> None:
        differing = tickets = 0
        for proof in prove_deadlines(calendar_id=calendar):
            tickets = proof.tickets
            for text in proof.differences[: max(0, MOST_SHOWN - differing)]:
                self.stdout.write(text)
            differing += len(proof.differences)
            self.stderr.write(f"{tickets} tickets compared, {differing} differences.")
        self.stdout.write(f"{tickets} tickets compared, {differing} differences.")
        if differing:
            raise CommandError("Some rows are not what the rules say.")
