"""Endpoints: where an account's own systems are told what happens."""

from contextlib import suppress
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from apps.contracts.models.accounts import Account
from apps.contracts.sealing import Unreadable, can_read, unseal

PLAIN = "whsec_"  # how a secret begins that is not sealed


class WebhookEndpointQuerySet(models.QuerySet):
    def there(self) -> Self:
        """Endpoints that were not ended, switched off or not."""
        return self.filter(ended_at__isnull=True)

    def live(self) -> Self:
        """Endpoints that take events."""
        return self.filter(is_active=True)


class WebhookEndpoint(models.Model):
    """An address that events of an account are sent to, and the secrets that sign them.

    ``secret`` and ``earlier_secret`` are sealed; the earlier one signs too, until
    ``earlier_until``. ``failing_since`` is the first attempt that failed since one succeeded. The
    history keeps who changed what, and no secret.

    Clause: S-12.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="webhooks")
    name = models.CharField(max_length=80, help_text="What it is, such as “Dashboard, live”.")
    url = models.CharField(max_length=500)
    events = models.JSONField(help_text="The types of events that it wants.")
    secret = models.CharField(max_length=250, editable=False)
    earlier_secret = models.CharField(max_length=250, blank=True, editable=False)
    earlier_until = models.DateTimeField(null=True, blank=True, editable=False)
    is_active = models.BooleanField(default=True, editable=False)
    disabled_at = models.DateTimeField(null=True, blank=True, editable=False)
    disabled_why = models.CharField(max_length=250, blank=True, editable=False)
    failing_since = models.DateTimeField(null=True, blank=True, editable=False)
    made_at = models.DateTimeField(editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)

    history = HistoricalRecords(excluded_fields=["secret", "earlier_secret", "failing_since"])
    objects = WebhookEndpointQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_active=True, disabled_at=None, ended_at=None)
                | Q(is_active=False, disabled_at__isnull=False)
                | Q(is_active=False, ended_at__isnull=False),
                name="webhook_active_unless_disabled_or_ended",
            ),
            models.CheckConstraint(
                condition=Q(earlier_secret="", earlier_until=None)
                | (~Q(earlier_secret="") & Q(earlier_until__isnull=False)),
                name="webhook_earlier_secret_has_an_end",
            ),
            models.CheckConstraint(
                condition=~Q(secret__startswith=PLAIN) & ~Q(earlier_secret__startswith=PLAIN),
                name="webhook_secrets_are_sealed",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def recipient(self) -> str:
        """What the outbox calls it."""
        return f"webhook:{self.pk}"

    def secrets(self, *, at: datetime) -> tuple[str, ...]:
        """Return the secrets that sign at an instant, the current one first.

        :raises Unreadable: no key fits the current one. Of the earlier one it is no matter.
        """
        found = [unseal(self.secret)]
        if self.earlier_until is not None and at < self.earlier_until:
            with suppress(Unreadable):
                found.append(unseal(self.earlier_secret))
        return tuple(found)

    @property
    def is_unreadable(self) -> bool:
        """Tell whether nothing can be signed, since no key fits its secret."""
        return bool(self.secret) and not can_read(self.secret)
