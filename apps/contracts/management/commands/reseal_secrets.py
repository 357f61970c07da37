"""`manage.py reseal_secrets`: after another SECRET_KEY, see whether the one before may go."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.contracts.services.webhook_sealing import reseal_secrets


class Command(BaseCommand):
    help = (
        "Seal the secrets of webhooks with the present SECRET_KEY, as the sweep of the night does."
        " The status is 1 if no key fits some of them."
    )

    def handle(self, **options: Any) -> None:
        done = reseal_secrets()
        self.stdout.write(f"Endpoints: {done.endpoints}. Sealed anew: {done.changed}.")
        if done.unreadable:
            named = ", ".join(str(pk) for pk in done.unreadable)
            raise CommandError(
                f"No key fits the secrets of these endpoints: {named}. Put the SECRET_KEY of"
                " before into SECRET_KEY_FALLBACKS and run this again, or give them new secrets."
            )
        self.stdout.write("All can be read with SECRET_KEY alone.")
