"""Changes of the platform as a Django app; its mails are made known to the outbox."""

from django.apps import AppConfig


class ChangesConfig(AppConfig):
    name = "apps.changes"
    verbose_name = "changes"

    def ready(self) -> None:
        # They register; models are loaded by now.
        from apps.changes import (  # noqa: PLC0415
            gap_mails,  # noqa: F401
            release_mails,  # noqa: F401
        )
