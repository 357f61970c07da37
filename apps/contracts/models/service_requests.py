"""What clients ask of their services: one added, changed or removed."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_noop
from simple_history.models import HistoricalRecords

from apps.contracts.models.order_people import AuthorisedUser
from apps.contracts.models.orders import Order, Service


class ServiceRequestQuerySet(models.QuerySet):
    def asked(self) -> Self:
        """Requests that wait for a decision of ours."""
        return self.filter(state=ServiceRequest.State.ASKED)


class ServiceRequest(models.Model):
    """A service that a client wants added, changed or removed under an order; staff decide.

    ``service`` None: it is none of our list, and the details say what. ``answer`` is what the
    client was told; nothing is declined without one.

    Clause: V-2-order, S-12.
    """

    class Kind(models.TextChoices):
        ADD = "ADD", gettext_noop("Add")
        CHANGE = "CHANGE", gettext_noop("Change")
        REMOVE = "REMOVE", gettext_noop("Remove")

    class State(models.TextChoices):
        ASKED = "ASKED", gettext_noop("To be decided")
        DONE = "DONE", gettext_noop("Done")
        DECLINED = "DECLINED", gettext_noop("Declined")

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="service_requests")
    service = models.ForeignKey(
        Service, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(max_length=6, choices=Kind.choices)
    details = models.TextField()
    requester = models.ForeignKey(
        AuthorisedUser, on_delete=models.PROTECT, related_name="service_requests"
    )
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    answer = models.TextField(blank=True, help_text="What the client was told.")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    source_key = models.CharField(
        max_length=250, unique=True, help_text="Names the request, so that it is asked once."
    )

    history = HistoricalRecords(excluded_fields=["source_key"])
    objects = ServiceRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["ADD", "CHANGE", "REMOVE"]), name="servicerequest_kind_known"
            ),
            models.CheckConstraint(
                condition=~Q(details=""), name="servicerequest_says_what_is_wanted"
            ),
            models.CheckConstraint(
                condition=Q(state="ASKED", decided_at=None, decided_by=None, answer="")
                | Q(state="DONE", decided_at__isnull=False, decided_by__isnull=False)
                | (
                    Q(state="DECLINED", decided_at__isnull=False, decided_by__isnull=False)
                    & ~Q(answer="")
                ),
                name="servicerequest_decided_as_its_state_says",
            ),
        ]
        indexes = [
            models.Index(
                fields=["asked_at"], condition=Q(state="ASKED"), name="servicerequest_undecided"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.what}, {self.order}"

    @property
    def what(self) -> str:
        """The service that it is about, in words."""
        return self.service.title if self.service else "another service"
