"""manage.py load_demo: a trial's data, and the logins to look at it with."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from apps.backoffice import demo
from apps.backoffice.demo.people import PASSWORD
from apps.contracts.management.instant import add_at
from apps.contracts.policy_file import PolicyFileInvalid


class Command(BaseCommand):
    help = "Load demo data into an empty database. For a trial: the logins' password is public."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing where there is data already"
        )
        add_at(parser)

    def handle(self, *, if_empty: bool, at: datetime, **options: Any) -> None:
        if if_empty and not demo.is_empty():
            self._logins()
            return
        try:
            loaded = demo.load_demo(at=at)
        except (demo.NotEmpty, demo.DemoFault, PolicyFileInvalid) as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"Loaded demo data: {loaded.tickets} tickets under two policies.")
        self._logins()
        page = reverse("admin:tickets_ticket_change", args=[loaded.watch.pk])
        self.stdout.write(
            f"Watch {loaded.watch.number}: its response falls due at "
            f"{loaded.due_at:%H:%M:%S} UTC, in a minute and a half.\n"
            f"    {settings.BASE_URL}{page}"
        )

    def _logins(self) -> None:
        found = demo.logins()
        if not found:
            return
        self.stdout.write(f"Sign in at {settings.BASE_URL}{reverse('admin:index')} as")
        for login in found:
            self.stdout.write(f"    {login.username:8} {login.may}")
        seated = demo.seated()
        if seated:
            self.stdout.write(f"and to the portal, {settings.BASE_URL}{reverse('portal:home')}, as")
        for address, who in seated.items():
            self.stdout.write(f"    {address}  {who}")
        self.stdout.write(f"with the password {PASSWORD}. These logins are for a trial only.")
