"""The app's name and label; its mails are made known to the outbox, its list to the queue."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "apps.intake"
    label = "intake"
    verbose_name = "Intake"

    def ready(self) -> None:
        # They register; models are loaded by now.
        from apps.intake import beside_queue, mails, voice_mails  # noqa: F401, PLC0415
