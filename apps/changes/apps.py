"""Changes of the platform as a Django app."""

from django.apps import AppConfig


class ChangesConfig(AppConfig):
    name = "apps.changes"
    verbose_name = "changes"
