"""Tokens: by which a program acts for a person of an account, or reads for the provider."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from apps.contracts.models.accounts import Account
from apps.contracts.models.order_people import AuthorisedUser

# Whether its person has left since it was made. Who comes back gets none of their tokens back.
LEFT_SINCE = Exists(
    AuthorisedUser.history.filter(
        id=OuterRef("person"), is_active=False, history_date__gte=OuterRef("made_at")
    )
)
LEFT = Q(person__isnull=False, person__is_active=False) | LEFT_SINCE


class ApiTokenQuerySet(models.QuerySet):
    def usable(self, *, at: datetime) -> Self:
        """Tokens that were neither ended nor have run out, of nobody who has left meanwhile.

        Clause: V-3.5.
        """
        rows = self.filter(ended_at__isnull=True)
        rows = rows.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=at))
        return rows.filter(Q(person=None) | Q(person__is_active=True)).exclude(LEFT_SINCE)

    def over(self, *, at: datetime) -> Self:
        """All others: ended, run out, or of somebody who has left, whether they came back or not.

        Clause: V-3.5.
        """
        return self.filter(Q(ended_at__isnull=False) | Q(expires_at__lte=at) | LEFT)

    def with_left(self) -> Self:
        """Let each know whether its person has left since it was made, as ``has_left``."""
        return self.annotate(has_left=LEFT)


class ApiToken(models.Model):
    """What a program shows when it asks us, kept as a digest alone: nobody reads it a second time.

    ``person`` is as whom it acts, an authorised user of ``account``; without both, it is the
    provider's own, which may read the standing of every account. ``scopes`` are keys of SCOPES in
    `services.api_tokens`. ``hint`` is its end, by which its owner knows it.

    Clause: V-3.5, S-12.
    """

    account = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.PROTECT, related_name="api_tokens"
    )
    person = models.ForeignKey(
        AuthorisedUser, null=True, blank=True, on_delete=models.PROTECT, related_name="api_tokens"
    )
    name = models.CharField(max_length=80, help_text="What uses it, such as “Dashboard, live”.")
    scopes = models.JSONField()
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(max_length=4, editable=False)
    made_at = models.DateTimeField(editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = "API token"
        constraints = [
            models.CheckConstraint(
                condition=Q(account=None, person=None)
                | Q(account__isnull=False, person__isnull=False),
                name="apitoken_of_an_accounts_person_or_the_providers",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False),
                name="apitoken_ended_by_with_an_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} (…{self.hint})"

    @property
    def is_left(self) -> bool:
        """Whether its person has left since it was made; asked for where it is not known."""
        known = self.__dict__.get("has_left")
        if known is None:
            known = type(self).objects.filter(LEFT, pk=self.pk).exists()
        return bool(known)
