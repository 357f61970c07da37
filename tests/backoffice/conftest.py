"""The demo's data, loaded once a file, and people of each role who sign in."""

from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.test import Client

from apps.backoffice.demo import Demo, load_demo
from apps.contracts.models import User
from tests.backoffice.making import NOON
from tests.database import empty


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker) -> Iterator[Demo]:
    """Everything that a trial shows, as of noon; rolled back after the file's last test."""
    with django_db_blocker.unblock(), transaction.atomic():
        empty(connection, app="contracts_")
        yield load_demo(at=NOON)
        transaction.set_rollback(True)


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
