"""The app's name and label; its mails are made known to the outbox."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "apps.intake"
    label = "intake"
    verbose_name = "Intake"

    def ready(self) -> None:
        import apps.intake.mails  # noqa: F401, PLC0415 (registers; models are loaded by now)
