"""The app; its mails are made known to the outbox, its panel to tickets, its rows to accounts."""

from django.apps import AppConfig


class ChangesConfig(AppConfig):
    name = "apps.changes"
    verbose_name = "changes"

    def ready(self) -> None:
        # They register; models are loaded by now.
        from apps.changes import (  # noqa: PLC0415
            gap_mails,  # noqa: F401
            maintenance_mails,  # noqa: F401
            maintenance_panel,  # noqa: F401
            release_mails,  # noqa: F401
        )
        from apps.changes.queries import with_maintenance  # noqa: PLC0415
        from apps.contracts import read_with  # noqa: PLC0415

        read_with.ACCOUNT_PAGE.append(with_maintenance)
