"""The portal as a Django app; its list of notices is made known to who may not know it."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "apps.portal"
    verbose_name = "portal"

    def ready(self) -> None:
        # Models are loaded by now.
        from apps.contracts import told  # noqa: PLC0415
        from apps.portal.queries.notices.told import told_to  # noqa: PLC0415

        told.NOTICES.append(told_to)
