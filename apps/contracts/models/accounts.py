"""Accounts: who the provider has contracts with, and what addresses it can write to."""

from django.core.exceptions import ValidationError
from django.db import models
from simple_history.models import HistoricalRecords

from apps.contracts.models.names import validate_name, validate_one_alphabet
from apps.outbox.rules.address import is_plain_address


def validate_plain_address(address: str) -> None:
    """Refuse what no mail can be sent to, such as a quoted local part, before it is relied on."""
    if not is_plain_address(address):
        raise ValidationError(
            f"“{address}” is not a plain mail address. Use one such as name@example.com."
        )


class Account(models.Model):
    """A reseller or client of the provider."""

    name = models.CharField(
        max_length=160, unique=True, validators=[validate_name, validate_one_alphabet]
    )

    has_webhooks = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text="Whether an endpoint of it takes events; nobody else pays for them.",
    )

    history = HistoricalRecords(excluded_fields=["has_webhooks"])

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
