"""People of each role who sign in."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from apps.contracts.models import User


@pytest.fixture
def signed_in(db) -> Callable[[str], Client]:
    """Return a browser in which a member of a role is signed in; "" has no role."""

    def sign_in(role: str) -> Client:
        user, _ = User.objects.get_or_create(
            username=f"a-{role or 'nobody'}",
            email="somebody@provider.example.com",
            is_staff=True,
            is_superuser=role == "superuser",
        )
        if role and role != "superuser":
            user.groups.add(Group.objects.get(name=role))
        browser = Client()
        browser.force_login(user)
        return browser

    return sign_in
