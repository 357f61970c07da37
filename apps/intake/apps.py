"""The app's name and label; its mails are made known to the outbox, its lists to the tickets."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "apps.intake"
    label = "intake"
    verbose_name = "Intake"

    def ready(self) -> None:
        # They register; models are loaded by now.
        from apps.intake import (  # noqa: PLC0415
            alerts_panel,  # noqa: F401
            beside_page,  # noqa: F401
            beside_queue,  # noqa: F401
            mails,  # noqa: F401
            voice_mails,  # noqa: F401
        )
