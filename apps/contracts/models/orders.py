"""Orders: what an account bought, for how long, at what fee."""

from datetime import date
from typing import Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_noop
from simple_history.models import HistoricalRecords

from apps.contracts.models.accounts import Account
from apps.contracts.models.calendars import Calendar
from apps.contracts.models.names import validate_name
from apps.contracts.models.policies import PolicyVersion
from apps.contracts.models.terms import Plan
from apps.contracts.models.users import validate_zone


class Service(models.Model):
    """Something that support can be bought for, such as SIP trunks."""

    key = models.SlugField(max_length=40, unique=True)
    title = models.CharField(max_length=120, validators=[validate_name])
    is_active = models.BooleanField(
        default=True, help_text="Take the tick away, and new orders cannot list it."
    )

    history = HistoricalRecords()

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title


class OrderQuerySet(models.QuerySet):
    def executed(self) -> Self:
        return self.filter(state=Order.State.EXECUTED)

    def in_term(self, *, on: date) -> Self:
        """Orders whose term holds that day. Both ends belong to the term (V-3.1)."""
        return self.filter(Q(starts_on__lte=on) & (Q(ends_on__isnull=True) | Q(ends_on__gte=on)))

    def overlapping(self, *, starts_on: date, ends_on: date | None) -> Self:
        """Orders whose term shares a day with that one."""
        until = Q() if ends_on is None else Q(starts_on__lte=ends_on)
        return self.filter(until & (Q(ends_on__isnull=True) | Q(ends_on__gte=starts_on)))


class Order(models.Model):
    """What an account bought: a plan of a published policy version, for a term.

    ``revision`` counts the changes of its terms, so that of two people who change them at once
    the second is told.

    Clause: V-1.2, V-2-order, V-3.1.
    """

    class State(models.TextChoices):
        DRAFT = "DRAFT", gettext_noop("Draft")
        EXECUTED = "EXECUTED", gettext_noop("Executed")
        ENDED = "ENDED", gettext_noop("Ended")
        TERMINATED = "TERMINATED", gettext_noop("Terminated")

    class Period(models.TextChoices):
        MONTH = "MONTH", gettext_noop("Month")
        QUARTER = "QUARTER", gettext_noop("Quarter")
        YEAR = "YEAR", gettext_noop("Year")

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="orders")
    number = models.CharField(
        max_length=40,
        unique=True,
        validators=[validate_name],
        help_text="As on the signed order.",
    )
    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True, help_text="Last day. Empty: until ended.")
    time_zone = models.CharField(
        max_length=64,
        blank=True,
        validators=[validate_zone],
        help_text="Whose calendar months its TAM time is counted by. Empty: the policy's.",
    )
    services = models.ManyToManyField(
        Service, blank=True, related_name="orders", help_text="None ticked: everything is covered."
    )
    fee_amount = models.DecimalField(
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0, "A fee is not negative.")],
        help_text="Of each period, in the policy's currency, before tax.",
    )
    fee_period = models.CharField(max_length=8, blank=True, choices=Period.choices)
    tam_minutes_per_month = models.PositiveIntegerField(
        "TAM minutes a month",
        null=True,
        blank=True,
        validators=[MinValueValidator(1, "At least a minute; leave it empty for the plan's.")],
        help_text="Empty: the plan's.",
    )
    tam_calendar = models.ForeignKey(
        Calendar,
        verbose_name="TAM calendar",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Hours in which the TAM is reached. Empty: the plan's.",
    )
    needs_second_factor = models.BooleanField(
        "portal asks for a second factor",
        default=False,
        db_default=False,
        help_text="Its people sign in with an authenticator app or a passkey beside the password.",
    )
    revision = models.PositiveIntegerField(default=1, editable=False)

    history = HistoricalRecords(m2m_fields=[services], excluded_fields=["revision"])
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
            models.CheckConstraint(
                condition=Q(fee_amount__isnull=True, fee_period="")
                | Q(fee_amount__gte=0, fee_period__in=["MONTH", "QUARTER", "YEAR"]),
                name="order_fee_has_a_period",
            ),
            models.CheckConstraint(
                condition=Q(tam_minutes_per_month__isnull=True) | Q(tam_minutes_per_month__gt=0),
                name="order_tam_time_is_positive",
            ),
        ]
        indexes = [
            # The sweep reads only executed orders whose last day is over.
            models.Index(
                fields=["ends_on"], condition=Q(state="EXECUTED"), name="order_executed_ends"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def zone(self) -> ZoneInfo:
        """The order's own time zone, else its policy's (R-11)."""
        return ZoneInfo(self.time_zone or self.version.time_zone)

    @property
    def tam_minutes(self) -> int:
        """Minutes a month that its TAM may spend: as agreed, else the plan's (V-2-order, V-4)."""
        if self.tam_minutes_per_month is not None:
            return self.tam_minutes_per_month
        return self.plan.tam_minutes_per_month


class OrderRevision(models.Model):
    """One change of an order's terms or state. The database refuses to change or remove it.

    ``changes`` is a list of {field, label, before, after}, in words.
    """

    class Kind(models.TextChoices):
        DRAFTED = "DRAFTED", "Draft changed"
        EXECUTED = "EXECUTED", "Executed"
        AMENDED = "AMENDED", "Amended"
        ENDED = "ENDED", "Ended"
        TERMINATED = "TERMINATED", "Terminated"

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    dated_on = models.DateField(help_text="The day that the change bears.")
    reason = models.CharField(max_length=100, blank=True)
    changes = models.JSONField(default=list)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["order", "number"]
        constraints = [
            models.UniqueConstraint(fields=["order", "number"], name="orderrevision_number"),
            models.CheckConstraint(
                condition=Q(kind__in=["DRAFTED", "EXECUTED", "AMENDED", "ENDED", "TERMINATED"]),
                name="orderrevision_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order} revision {self.number}"
