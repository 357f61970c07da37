"""manage.py receive_mail < message.eml: one raw mail, as from a mail server's pipe."""

import sys
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error

from apps.contracts.management.instant import add_at
from apps.intake.models import InboundMail
from apps.intake.services import TooBig, receive_mail

# sysexits.h, which mail servers obey: bounce to the sender, no such file, keep and try again.
BOUNCE, NO_INPUT, TRY_AGAIN = 69, 66, 75
CHUNK = 1024 * 1024  # bytes


class Command(BaseCommand):
    help = "Take one raw mail from standard input. Exit status 75 asks the server to try again."
    # A check that complains of something else must not make a mail server bounce a mail.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", help="Read this file instead of standard input.")
        add_at(parser)

    def handle(self, *, file: str | None, at: datetime, **options: Any) -> None:
        raw = self._read(file)
        try:
            mail = receive_mail(raw, at=at)
            outcome = self._outcome(mail)
        except TooBig as refusal:
            raise CommandError(str(refusal), returncode=BOUNCE) from refusal
        except Error as fault:
            raise CommandError(
                f"The mail is not worked off, try again: {fault}", returncode=TRY_AGAIN
            ) from fault
        self._say(outcome)

    def _read(self, file: str | None) -> bytes:
        name = file or "Standard input"
        try:
            with ExitStack() as stack:
                if file:
                    return _limited(stack.enter_context(Path(file).open("rb")))
                if sys.stdin is None:  # the caller closed it
                    raise CommandError(f"{name} is closed.", returncode=NO_INPUT)
                return _limited(sys.stdin.buffer)
        except OSError as fault:
            raise CommandError(
                f"{name} cannot be read: {fault.strerror}",
                returncode=NO_INPUT if file else TRY_AGAIN,
            ) from fault

    def _outcome(self, mail: InboundMail) -> str:
        number = f" {mail.ticket.number}" if mail.ticket else ""
        clause = f" ({mail.clause})" if mail.clause else ""
        why = mail.told or "It is kept, and will be taken up within minutes."
        return f"{mail.get_state_display()}{number}: {why}{clause}"

    def _say(self, outcome: str) -> None:
        """Print as much as the console can show. The mail is in, so nothing may fail any more."""
        encoding = getattr(self.stdout, "encoding", None) or "utf-8"
        try:
            self.stdout.write(outcome.encode(encoding, "backslashreplace").decode(encoding))
            self.stdout.flush()
        except (OSError, AttributeError):  # full or broken; closed
            # Nobody reads it. Python would flush once more at the end, fail, and so tell the
            # server to bounce a mail that we have.
            sys.stdout = None  # type: ignore[assignment]


def _limited(stream: BinaryIO) -> bytes:
    """Read to the end, and keep no more than tells that it is too big.

    The rest is read too: a mail server whose pipe breaks does not hear why.
    """
    raw = stream.read(settings.MAIL_MAX_BYTES + 1)
    while len(raw) > settings.MAIL_MAX_BYTES and stream.read(CHUNK):
        pass
    return raw
