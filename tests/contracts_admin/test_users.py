"""The staff pages: an administrator keeps staff, and makes nobody mightier than themselves."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from apps.contracts.models import User
from tests.factories import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client):
    user = make_staff(name="ina")
    user.groups.add(Group.objects.get(name="Administrators"))
    client.force_login(user)
    return client


def page(user: User, kind: str = "change") -> str:
    return reverse(f"admin:contracts_user_{kind}", args=[user.pk])


def fields_of(user: User, **changes) -> dict:
    facts = {
        "username": user.username,
        "email": user.email,
        "time_zone": user.time_zone,
        "is_active": "on",
        "is_staff": "on",
    }
    return {**facts, **changes}


def test_an_administrator_makes_and_keeps_staff(administrator):
    names = {"username": "newcomer", "email": "newcomer@provider.example.com"}
    words = {
        "usable_password": "true",
        "password1": "a-long-phrase-9",
        "password2": "a-long-phrase-9",
    }

    administrator.post(reverse("admin:contracts_user_add"), {**names, **words})

    made = User.objects.get(username="newcomer")
    administrator.post(page(made), fields_of(made, time_zone="Europe/Berlin"))
    made.refresh_from_db()
    assert (made.is_staff, made.time_zone) == (True, "Europe/Berlin")


def test_a_zone_that_does_not_exist_is_refused(administrator):
    user = make_staff()

    answer = administrator.post(page(user), fields_of(user, time_zone="Mars/Olympus"))

    assert set(answer.context["adminform"].form.errors) == {"time_zone"}


def test_an_administrator_cannot_become_a_superuser(administrator):
    user = User.objects.get(username="ina")

    administrator.post(page(user), fields_of(user, is_superuser="on"))

    user.refresh_from_db()
    assert user.is_superuser is False


def test_a_superuser_is_not_touched_by_an_administrator(administrator):
    root = make_staff(is_superuser=True)
    password = reverse("admin:auth_user_password_change", args=[root.pk])
    many = {"action": "delete_selected", "_selected_action": [root.pk], "post": "yes"}

    answers = [
        administrator.post(page(root), fields_of(root)),
        administrator.post(page(root, "delete"), {"post": "yes"}),
        administrator.get(password),
    ]
    administrator.post(reverse("admin:contracts_user_changelist"), many)

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert User.objects.filter(pk=root.pk).exists()


def test_agents_do_not_see_who_signs_in(client):
    agent = make_staff()
    agent.groups.add(Group.objects.get(name="Support agents"))
    client.force_login(agent)

    assert client.get(reverse("admin:contracts_user_changelist")).status_code == 403
