"""manage.py poll_mailbox: look into the mailbox now, and say what was found."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.contracts.management.instant import add_at
from apps.intake.services import MailboxTrouble, poll_mailbox


class Command(BaseCommand):
    help = "Take what lies in the mailbox of IMAP_URL. Beat does so every minute."

    def add_arguments(self, parser: CommandParser) -> None:
        add_at(parser)

    def handle(self, *, at: datetime, **options: Any) -> None:
        if settings.IMAP_MAILBOX is None:
            raise CommandError("There is no mailbox to look into: set IMAP_URL.")
        try:
            polled = poll_mailbox(at=at)
        except MailboxTrouble as trouble:
            raise CommandError(str(trouble)) from trouble
        self.stdout.write(
            f"{polled.kept} taken, {polled.too_big} too big and left there,"
            f" {polled.failed} that could not be fetched."
        )
