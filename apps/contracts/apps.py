"""The app's name and label; its mails are made known to the outbox."""

from django.apps import AppConfig


class ContractsConfig(AppConfig):
    name = "apps.contracts"
    label = "contracts"
    verbose_name = "Contracts"

    def ready(self) -> None:
        import apps.contracts.appointment_mails  # noqa: PLC0415 (as below)
        import apps.contracts.mails  # noqa: PLC0415 (registers; models are loaded by now)
        import apps.contracts.people_mails  # noqa: PLC0415 (as above)
        import apps.contracts.service_mails  # noqa: PLC0415 (as above)
        import apps.contracts.sign_in_mails  # noqa: PLC0415 (as above)
        import apps.contracts.token_mails  # noqa: PLC0415 (as above)
        import apps.contracts.webhooks  # noqa: F401, PLC0415 (as above)
