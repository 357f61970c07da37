"""The app's name and label; its mails are made known to the outbox."""

from django.apps import AppConfig


class EscalationConfig(AppConfig):
    name = "apps.escalation"
    label = "escalation"
    verbose_name = "Escalation"
