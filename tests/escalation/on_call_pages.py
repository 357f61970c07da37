"""Browsers of people who may see and do things about on-call."""

from typing import Any

from django.contrib.auth.models import Permission
from django.test import Client

from apps.contracts.models import User
from tests.factories import make_staff


def signed_in(*codenames: str, **facts: Any) -> tuple[Client, User]:
    """Return a browser of somebody of the staff with these permissions on escalation."""
    user = make_staff(**facts)
    permissions = Permission.objects.filter(
        codename__in=codenames, content_type__app_label="escalation"
    )
    user.user_permissions.set(permissions)
    client = Client()
    client.force_login(user)
    return client, user
