"""What work and plans are worth, and the charges that follow."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from apps.billing.models.parties import CURRENCY
from apps.contracts.models import Account, Fee, Order, PolicyVersion
from apps.tickets.models import Ticket


class RatedEvent(models.Model):
    """Something that may cost: all of a ticket's work under a fee, a period of a plan, a quote.

    ``worth_amount`` is what its total is worth now, in the account's currency and before tax;
    what is charged is the difference to what was charged before (R-8). None: not known yet.
    While it is held, ``held_for`` says what it waits for and nothing is charged. A quote holds in
    its currency, for its minutes, and as long as its terms ask what they asked then.
    ``explanation`` is a list of {"clause", "text", "figures"}, as every "why?" is.

    Clause: S-2.1, S-4, S-10, S-13, S-13.1, V-3.4.6, R-7, R-8, R-9.
    """

    class Kind(models.TextChoices):
        HOURLY = "HOURLY", "Hourly work"
        TIERS = "TIERS", "Work by tiers"
        FREE = "FREE", "Free work"
        ALLOWANCE = "ALLOWANCE", "Included time"
        PER_ORDER = "PER_ORDER", "Plan fee"
        MANUAL = "MANUAL", "By hand"

    class HeldFor(models.TextChoices):
        NOTHING = "", "Not held"
        QUOTE = "QUOTE", "A quote"
        FINDING = "FINDING", "A finding of fault"
        TERM = "TERM", "A term that is missing"

    key = models.CharField(max_length=120, unique=True, help_text="What makes it one event.")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="rated_events")
    order = models.ForeignKey(
        Order, null=True, on_delete=models.PROTECT, related_name="rated_events"
    )
    ticket = models.ForeignKey(
        Ticket, null=True, on_delete=models.PROTECT, related_name="rated_events"
    )
    version = models.ForeignKey(
        PolicyVersion, null=True, on_delete=models.PROTECT, related_name="+"
    )
    fee = models.ForeignKey(Fee, null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    title = models.CharField(max_length=160, help_text="What an invoice calls it.")
    clause = models.CharField(max_length=40, blank=True)
    reading = models.CharField(max_length=40, blank=True)
    currency = models.CharField(max_length=3, validators=[CURRENCY])
    starts_on = models.DateField(help_text="First day of the work or the period.")
    ends_on = models.DateField(help_text="Last day of the work or the period.")
    minutes = models.PositiveIntegerField(default=0, help_text="Minutes that count.")
    worth_amount = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    held_for = models.CharField(max_length=8, blank=True, choices=HeldFor.choices)
    quoted_amount = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    quoted_minutes = models.PositiveIntegerField(
        default=0, help_text="For how many minutes it was quoted; more need another quote."
    )
    quoted_currency = models.CharField(
        max_length=3, null=True, validators=[CURRENCY], help_text="Of the amount that was quoted."
    )
    quoted_for = models.CharField(
        max_length=120, null=True, help_text="What was asked for it when it was quoted."
    )
    asks = models.CharField(
        max_length=120,
        null=True,
        help_text="What its terms ask for it, in their own currency, where that waits for a quote;"
        " empty: they have no price.",
    )
    explanation = models.JSONField(default=list)
    rated_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-rated_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=["HOURLY", "TIERS", "FREE", "ALLOWANCE", "PER_ORDER", "MANUAL"],
                    held_for__in=["", "QUOTE", "FINDING", "TERM"],
                ),
                name="ratedevent_kind_and_hold_known",
            ),
            models.CheckConstraint(
                condition=~Q(held_for="") | Q(worth_amount__isnull=False),
                name="ratedevent_worth_known_unless_held",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="ratedevent_ends_after_it_starts"
            ),
        ]
        indexes = [
            models.Index(fields=["ticket"], name="ratedevent_of_ticket"),
            models.Index(
                fields=["held_for", "-rated_at"],
                condition=~Q(held_for=""),
                name="ratedevent_held",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Charge(models.Model):
    """One difference in what an event is worth. The database keeps all but its bookkeeping.

    ``amount`` is before tax, never nought, and negative where less is owed than was charged.
    ``waived_amount`` is what an approved waiver takes off; of a negative charge it is negative,
    where the waiver goes with what was waived, and a later charge is waived by it again. Once it
    stands on a document's line it is BILLED; NETTED: it and its event's other open charges came to
    nothing and need no line.

    Clause: R-8, S-4, S-13.
    """

    class State(models.TextChoices):
        READY = "READY", "To be invoiced"
        BILLED = "BILLED", "On an invoice"
        WAIVED = "WAIVED", "Waived"
        NETTED = "NETTED", "Came to nothing"

    event = models.ForeignKey(RatedEvent, on_delete=models.PROTECT, related_name="charges")
    number = models.PositiveIntegerField(help_text="Counts the charges of the event from 1.")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="charges")
    currency = models.CharField(max_length=3, validators=[CURRENCY])
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    waived_amount = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    incurred_on = models.DateField(help_text="Day of the fact, in the policy's zone.")
    explanation = models.JSONField(default=list)
    rated_at = models.DateTimeField()
    state = models.CharField(max_length=6, choices=State.choices, default=State.READY)
    line = models.ForeignKey(
        "billing.Line", null=True, on_delete=models.PROTECT, related_name="charges"
    )

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["event", "number"], name="charge_number"),
            models.CheckConstraint(condition=~Q(amount=0), name="charge_is_not_nought"),
            models.CheckConstraint(
                condition=Q(waived_amount=0)
                | Q(waived_amount__gt=0, waived_amount__lte=F("amount"))
                | Q(waived_amount__lt=0, waived_amount__gte=F("amount")),
                name="charge_waived_within_its_amount",
            ),
            models.CheckConstraint(
                condition=Q(state="BILLED", line__isnull=False)
                | Q(state__in=["READY", "NETTED"], line__isnull=True)
                | Q(state="WAIVED", line__isnull=True, waived_amount=F("amount")),
                name="charge_on_a_line_exactly_when_billed",
            ),
        ]
        indexes = [
            # The run reads what is to be invoiced, account by account.
            models.Index(
                fields=["account", "event"], condition=Q(state="READY"), name="charge_ready"
            ),
            models.Index(fields=["account", "-incurred_on"], name="charge_of_account"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}, {self.event}"


class Waiver(models.Model):
    """Who let a client off a charge or a part of it, and why. The database refuses to change it."""

    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="waivers")
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    reason = models.CharField(max_length=250)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0) & ~Q(reason=""), name="waiver_of_something_for_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"Waiver of {self.amount}"
