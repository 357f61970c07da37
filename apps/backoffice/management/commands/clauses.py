"""manage.py clauses: each clause, the terms and rules that cite it, the tests that show it."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.backoffice.clauses import Row, matrix


class Command(BaseCommand):
    help = "Print each clause with the terms and rules that cite it and the tests that show it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("refs", nargs="*", help="Only these clauses, such as S-12.")
        parser.add_argument(
            "--untested", action="store_true", help="Only clauses that no test shows."
        )

    def handle(self, *args: object, **options: Any) -> None:
        rows = matrix(settings.BASE_DIR)
        refs = options["refs"]
        unknown = sorted(set(refs) - {row.ref for row in rows})
        if unknown:
            raise CommandError(f"No policy file has {', '.join(unknown)}. Leave it out for all.")
        chosen = [row for row in rows if not refs or row.ref in refs]
        if options["untested"]:
            chosen = [row for row in chosen if not row.tests]
        for row in chosen:
            self._print(row)
        tested = sum(bool(row.tests) for row in rows)
        self.stdout.write(f"{tested} of {len(rows)} clauses are shown by tests.")

    def _print(self, row: Row) -> None:
        self.stdout.write(f"{row.ref}  {row.title}")
        for name, places in [("terms", row.terms), ("rules", row.rules), ("tests", row.tests)]:
            for place in dict.fromkeys(places):
                self.stdout.write(f"    {name}  {place}")
