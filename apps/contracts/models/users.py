"""People who sign in."""

import zoneinfo

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower


def validate_zone(name: str) -> None:
    """Refuse a time zone that does not exist."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(
            f"“{name}” is not a time zone. Use a name such as America/New_York or Europe/Berlin."
        )


class User(AbstractUser):
    """Somebody who signs in. Times are shown to them in their own zone."""

    email = models.EmailField("e-mail address")
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_zone])

    class Meta:
        verbose_name = "staff user"
        # Whether an address is known is told by no answer, and so by no answer's time: signing in
        # looks for it as it is typed, invitations in whatever case.
        indexes = [
            models.Index(fields=["email"], name="user_by_email"),
            models.Index(Lower("email"), name="user_by_email_lower"),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.username
