"""The app; its mails are made known to the outbox, its panel to tickets."""

from django.apps import AppConfig


class ChangesConfig(AppConfig):
    name = "apps.changes"
    verbose_name = "changes"

    def ready(self) -> None:
        # They register; models are loaded by now.
        from apps.changes import (  # noqa: PLC0415
            maintenance_mails,  # noqa: F401
            maintenance_panel,  # noqa: F401
        )
