"""The app's name and label; its mails are made known to the outbox."""

from django.apps import AppConfig


class EscalationConfig(AppConfig):
    name = "apps.escalation"
    label = "escalation"
    verbose_name = "Escalation"

    def ready(self) -> None:
        # They register; models are loaded by now.
        from apps.escalation import on_call_mails, page_mails  # noqa: F401, PLC0415
