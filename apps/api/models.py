"""What a program was answered, so that the same request again does nothing twice."""

from django.db import models
from django.db.models import Q

from apps.contracts.models import ApiToken


class KeptAnswer(models.Model):
    """A request that a token named by an Idempotency-Key, and what was answered.

    ``digest`` is of what was sent. Until it is answered, ``busy_until`` says how long whoever works
    on it may take; once that is over, or empty, the next who asks may begin anew.
    """

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    busy_until = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["token", "key"], name="keptanswer_one_a_key"),
            models.CheckConstraint(
                condition=Q(status=None, body="") | Q(status__isnull=False, busy_until=None),
                name="keptanswer_is_busy_or_answered",
            ),
        ]
        indexes = [models.Index(fields=["asked_at"], name="keptanswer_by_age")]

    def __str__(self) -> str:
        return f"{self.key} of {self.token}"

    @property
    def source_key(self) -> str:
        """What names the request to the services, so that it is done once whatever happens."""
        return f"api:{self.pk}"
