"""Accounts, their orders, and the people who may speak for them."""

from datetime import date
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from simple_history.models import HistoricalRecords

from apps.contracts.models.policies import PolicyVersion
from apps.contracts.models.terms import Plan
from apps.outbox.rules.address import is_plain_address


class Account(models.Model):
    """A reseller or client of the provider."""

    name = models.CharField(max_length=160, unique=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class OrderQuerySet(models.QuerySet):
    def executed(self) -> Self:
        return self.filter(state=Order.State.EXECUTED)

    def in_term(self, *, on: date) -> Self:
        """Orders whose term holds that day. Both ends belong to the term (V-3.1)."""
        return self.filter(Q(starts_on__lte=on) & (Q(ends_on__isnull=True) | Q(ends_on__gte=on)))


class Order(models.Model):
    """What an account bought: a plan of a published policy version, for a term.

    Clause: V-1.2, V-2-order, V-3.1.
    """

    class State(models.TextChoices):
        DRAFT = "DRAFT", "Draft"
        EXECUTED = "EXECUTED", "Executed"
        ENDED = "ENDED", "Ended"
        TERMINATED = "TERMINATED", "Terminated"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="orders")
    number = models.CharField(max_length=40, unique=True, help_text="As on the signed order.")
    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True, help_text="Last day. Empty: until ended.")

    history = HistoricalRecords()
    objects = OrderQuerySet.as_manager()

    class Meta:
        ordering = ["account", "-starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="order_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["DRAFT", "EXECUTED", "ENDED", "TERMINATED"]),
                name="order_state_known",
            ),
        ]

    def __str__(self) -> str:
        return self.number


def validate_plain_address(address: str) -> None:
    """Refuse what no mail can be sent to, such as a quoted local part, before it is relied on."""
    if not is_plain_address(address):
        raise ValidationError(
            f"“{address}” is not a plain mail address. Use one such as name@example.com."
        )


class AuthorisedUser(models.Model):
    """A person who may open tickets under an order (V-3.5)."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="authorised_users")
    name = models.CharField(max_length=120)
    email = models.EmailField(validators=[validate_plain_address])
    is_active = models.BooleanField(
        default=True, help_text="Take the tick away instead of deleting: tickets name this person."
    )

    history = HistoricalRecords()

    class Meta:
        ordering = ["order", "name"]
        constraints = [
            models.UniqueConstraint("order", Lower("email"), name="authoriseduser_once_an_order"),
        ]
        indexes = [models.Index(Lower("email"), name="authoriseduser_by_email")]

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"
