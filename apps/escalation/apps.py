"""The app's name and label; its mails are made known to the outbox, its panels to tickets."""

from django.apps import AppConfig


class EscalationConfig(AppConfig):
    name = "apps.escalation"
    label = "escalation"
    verbose_name = "Escalation"

    def ready(self) -> None:
        # They register; models are loaded by now.
        from apps.escalation import outage_mails, outage_panels  # noqa: F401, PLC0415
