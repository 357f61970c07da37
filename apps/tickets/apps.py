"""The app's name and label; its mails are made known to the outbox."""

from django.apps import AppConfig


class TicketsConfig(AppConfig):
    name = "apps.tickets"
    label = "tickets"
    verbose_name = "Tickets"

    def ready(self) -> None:
        # They register; models are loaded by now.
        from apps.tickets import mails, solution_mails, tam_mails  # noqa: F401, PLC0415
