"""The app's name and label; its mails are made known to the outbox, its panels to tickets."""

from django.apps import AppConfig


class EscalationConfig(AppConfig):
    name = "apps.escalation"
    label = "escalation"
    verbose_name = "Escalation"

    def ready(self) -> None:
        # They register; models are loaded by now.
        from apps.escalation import (  # noqa: PLC0415
            escalation_mails,  # noqa: F401
            escalation_panel,  # noqa: F401
            on_call_mails,  # noqa: F401
            outage_mails,  # noqa: F401
            outage_panels,  # noqa: F401
            page_mails,  # noqa: F401
            quiet,  # noqa: F401
        )
