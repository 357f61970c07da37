"""The app's name and label; its mails are made known to the outbox."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "apps.billing"
    label = "billing"
    verbose_name = "Billing"

    def ready(self) -> None:
        # They register; models are loaded by now.
        from apps.billing import (  # noqa: PLC0415
            cost_panel,  # noqa: F401
            dispute_mails,  # noqa: F401
            invoice_mails,  # noqa: F401
            standing_mails,  # noqa: F401
        )
        from apps.billing.queries.beside import with_money  # noqa: PLC0415
        from apps.billing.services.standing import review_standing  # noqa: PLC0415
        from apps.contracts import follow_with, read_with  # noqa: PLC0415

        read_with.ACCOUNT_PAGE.append(with_money)
        follow_with.HOLD_LIFTED.append(review_standing)
