"""The roles that a new installation has."""

import importlib
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.db import connection

from apps.tickets.queries import DUTY_MANAGERS

pytestmark = pytest.mark.django_db
# All that the migration's functions ask of a schema editor is its connection.
EDITOR = SimpleNamespace(connection=connection)
roles = importlib.import_module("apps.backoffice.migrations.0001_roles")


def rights(name: str) -> set[str]:
    permissions = Group.objects.get(name=name).permissions.select_related("content_type")
    return {f"{each.content_type.app_label}.{each.codename}" for each in permissions}


def test_agents_work_tickets_and_read_the_rest():
    granted = rights("Support agents")

    assert {right for right in granted if ".view_" not in right} == {"tickets.change_ticket"}
    assert {"contracts.view_order", "intake.view_inboundmail", "outbox.view_message"} <= granted
    assert "contracts.view_user" not in granted


def test_duty_managers_may_also_send_again_work_off_again_and_keep_the_users():
    more = rights(DUTY_MANAGERS) - rights("Support agents")

    assert more == {
        "outbox.change_message",
        "intake.change_inboundmail",
        "contracts.add_authoriseduser",
        "contracts.change_authoriseduser",
    }


def test_administrators_may_do_everything_of_ours_and_keep_staff_groups_and_schedule():
    granted = rights("Administrators")

    assert {
        "contracts.change_policyversion",
        "contracts.add_order",
        "contracts.delete_account",
        "contracts.change_user",
        "auth.change_group",
        "django_celery_beat.change_periodictask",
    } <= granted
    assert "auth.change_permission" not in granted


def test_making_the_roles_again_keeps_what_an_administrator_gave_them():
    group = Group.objects.get(name="Support agents")
    extra = Group.objects.get(name="Administrators").permissions.get(codename="add_order")
    group.permissions.add(extra)
    before = rights("Support agents")

    roles.fill(apps, EDITOR)

    assert rights("Support agents") == before
    assert Group.objects.filter(name="Support agents").count() == 1


def test_the_roles_can_be_taken_away_and_come_back():
    before = rights(DUTY_MANAGERS)
    roles.empty(apps, EDITOR)
    gone = not Group.objects.filter(name=DUTY_MANAGERS).exists()
    roles.fill(apps, EDITOR)

    assert (gone, rights(DUTY_MANAGERS)) == (True, before)
