"""`manage.py verify_ledger [--as-of DATE]`: prove that the ledger and what rests on it agree."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.billing.queries.verify import Total, Verified, verify_ledger

ADVICE = (
    "Close no month until nothing is found. No act of ours leaves this behind: look for what"
    " changed the database by hand or brought a part of a backup back, put the named rows right"
    " from a backup of before, and run this again."
)


class Command(BaseCommand):
    help = (
        "Check that documents, numbers, taxes, postings, payments, allocations, open items, charges"
        " and closed months agree to the cent, on every day. The status is 1 if something does not."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--as-of",
            metavar="DATE",
            type=date.fromisoformat,
            help="show the totals at the end of this day, such as 2026-03-31; today unless stated",
        )

    def handle(self, *, as_of: date | None, verbosity: int, **options: Any) -> None:
        verified = verify_ledger(as_of=as_of or timezone.localdate())
        if verbosity:
            self._say(verified)
        for finding in verified.findings:
            self.stdout.write(f"{finding.check}: {finding.words}")
        if not verified.is_clean:
            findings = "finding" if verified.found == 1 else "findings"
            raise CommandError(f"{verified.found} {findings}. {ADVICE}")
        self.stdout.write(f"{len(verified.checked)} checks, nothing found.")

    def _say(self, verified: Verified) -> None:
        counts = (f"{count} {name}" for name, count in verified.counts.items())
        self.stdout.write(f"Checked: {', '.join(counts)}.")
        wrong = {finding.check for finding in verified.findings}
        for check in verified.checked:
            self.stdout.write(f"  {'WRONG' if check.key in wrong else 'ok':5}  {check.title}.")
        self.stdout.write(f"At the end of {verified.as_of}:")
        for total in verified.totals:
            self.stdout.write(f"  {_in_words(total)}")


def _in_words(total: Total) -> str:
    kinds = ", ".join(f"{kind.lower()} {amount}" for kind, amount in total.balances.items())
    return f"{total.currency}: {kinds}; open: {total.owed} owed, {total.credit} in credit."
