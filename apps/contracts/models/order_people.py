"""The people of an order: who may speak for the client, and who is in charge at each rung."""

from collections.abc import Collection
from typing import Self

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Lower
from simple_history.models import HistoricalRecords

from apps.contracts.models.accounts import validate_plain_address
from apps.contracts.models.names import validate_name
from apps.contracts.models.notifications import OptOut
from apps.contracts.models.orders import Order
from apps.contracts.models.users import User

# What a person may do for the client, each a field of AuthorisedUser (V-3.5).
RIGHTS = (
    "may_open",
    "may_escalate",
    "may_confirm_closure",
    "may_see_invoices",
    "may_manage_users",
    "sees_all_tickets",
)


class AuthorisedUserQuerySet(models.QuerySet):
    def of(self, user: User) -> Self:
        """Where a person who signs in may still speak for a client."""
        there = self.alias(address=Lower("email"))
        return there.filter(user=user, is_active=True, joined_address=F("address"))

    def managing(self) -> Self:
        """Those who may manage the users of their order, and can: they have joined."""
        there = self.alias(address=Lower("email"))
        joined = there.filter(joined_address=F("address"), user__is_active=True)
        return joined.filter(is_active=True, may_manage_users=True)

    def wanting(self, kind: str, *, owed: Collection[int] = ()) -> Self:
        """All but those who do not want that kind of mail.

        ``owed`` are the keys of people whom the contract owes it: they stay.
        """
        opted_out = OptOut.objects.filter(user=OuterRef("user"), kind=kind)
        there = self.alias(address=Lower("email"))
        # With another address it is nobody's seat any more, and nobody's word counts for it.
        return there.exclude(~Q(pk__in=owed), Exists(opted_out), joined_address=F("address"))


class AuthorisedUser(models.Model):
    """A person who may speak for the client under an order, and what each may do (V-3.5).

    ``user`` is who signs in as them, once they have taken up an invitation; ``invited_at`` the
    last invitation, which alone still counts. ``joined_address`` is the address, in lower case,
    that was proved by it: with another one the seat is nobody's, whoever changes it and wherever.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="authorised_users")
    name = models.CharField(max_length=120, validators=[validate_name])
    email = models.EmailField(validators=[validate_plain_address])
    phone = models.CharField(
        max_length=40,
        blank=True,
        default="",
        db_default="",
        help_text="Where they call from: so a voice message is known to be theirs.",
    )
    is_active = models.BooleanField(
        default=True, help_text="Take the tick away instead of deleting: tickets name this person."
    )
    may_open = models.BooleanField("may open tickets", default=True)
    may_escalate = models.BooleanField("may escalate", default=True)
    may_confirm_closure = models.BooleanField("may confirm closure", default=True)
    may_see_invoices = models.BooleanField("may see invoices", default=False)
    may_manage_users = models.BooleanField("may manage users", default=False)
    sees_all_tickets = models.BooleanField(
        "sees all tickets",
        default=True,
        db_default=True,
        help_text="Of the order, in the portal. Without the tick: only their own.",
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="authorised_users",
    )
    invited_at = models.DateTimeField(null=True, blank=True, editable=False)
    joined_at = models.DateTimeField(null=True, blank=True, editable=False)
    joined_address = models.EmailField(blank=True, default="", db_default="", editable=False)

    objects = AuthorisedUserQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["order", "name"]
        constraints = [
            models.UniqueConstraint("order", Lower("email"), name="authoriseduser_once_an_order"),
            models.CheckConstraint(
                condition=Q(user=None, joined_at=None, joined_address="")
                | (Q(user__isnull=False, joined_at__isnull=False) & ~Q(joined_address="")),
                name="authoriseduser_joined_exactly_with_a_user",
            ),
        ]
        indexes = [models.Index(Lower("email"), name="authoriseduser_by_email")]

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"

    @property
    def is_joined(self) -> bool:
        """Whether whoever has the address now has taken up an invitation."""
        return self.joined_at is not None and self.joined_address == self.email.lower()

    @property
    def rights(self) -> frozenset[str]:
        """Which of RIGHTS they have (V-3.5)."""
        return frozenset(right for right in RIGHTS if getattr(self, right))


class EscalationRung(models.Model):
    """A rung of the order's escalation matrix: who is in charge, and how to reach them.

    Clause: S-7, V-9.2.
    """

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="escalation_rungs")
    position = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1, "The first rung is 1.")], help_text="1 is asked first."
    )
    title = models.CharField(max_length=120, validators=[validate_name])
    email = models.EmailField(validators=[validate_plain_address])
    phone = models.CharField(max_length=40, blank=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["order", "position"]
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="escalationrung_position"),
            models.CheckConstraint(condition=Q(position__gt=0), name="escalationrung_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.title}"
