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
NAMES = [
    "0001_roles",
    "0002_order_roles",
    "0003_tams_and_finance",
    "0004_canned_and_more",
    "0005_calls",
    "0006_releases",
    "0007_escalations",
    "0008_outages",
    "0009_on_call",
    "0010_billing",
    "0011_rating",
    "0012_invoicing",
    "0013_payments",
    "0014_standing",
    "0015_exports",
    "0016_ledger",
    "0017_service_requests",
    "0018_opt_outs",
    "0019_maintenance",
    "0020_monitoring",
    "0021_api_tokens",
    "0022_gap_and_releases",
    "0023_webhooks",
    "0024_webhooks_made",
]
roles, *LATER = (importlib.import_module(f"apps.backoffice.migrations.{name}") for name in NAMES)
WORK = {
    "tickets.change_ticket",
    "tickets.add_timeentry",
    "tickets.change_timeentry",
    "contracts.add_appointment",
    "contracts.change_appointment",
    "contracts.change_servicerequest",
    "escalation.add_escalation",
    "escalation.change_incident",
    "escalation.add_rotationoverride",
    "escalation.change_page",
    "intake.add_voicemessage",
    "intake.change_voicemessage",
    "intake.change_alert",
}
TOLD = ("platformchange", "release")
KEPT = ("rotation", "rotationmember", "pageladder", "ladderrung")


def rights(name: str) -> set[str]:
    permissions = Group.objects.get(name=name).permissions.select_related("content_type")
    return {f"{each.content_type.app_label}.{each.codename}" for each in permissions}


def acts_of(granted: set[str]) -> set[str]:
    return {right for right in granted if ".view_" not in right}


def test_agents_work_tickets_and_read_the_rest():
    granted = rights("Support agents")

    assert acts_of(granted) == WORK
    assert {"contracts.view_order", "intake.view_inboundmail", "outbox.view_message"} <= granted
    assert "contracts.view_user" not in granted


def test_duty_managers_may_also_send_again_work_off_again_and_keep_the_users():
    more = rights(DUTY_MANAGERS) - rights("Support agents")

    assert {right for right in more if not right.startswith("billing.view_")} == {
        "outbox.change_message",
        "intake.change_inboundmail",
        "contracts.add_apitoken",
        "contracts.change_apitoken",
        "contracts.add_webhookendpoint",
        "contracts.change_webhookendpoint",
        "contracts.add_authoriseduser",
        "contracts.change_authoriseduser",
        "contracts.add_tamassignment",
        "contracts.change_tamassignment",
        "tickets.add_cannedreply",
        "tickets.change_cannedreply",
        "escalation.change_escalation",
        "escalation.issue_outagereport",
        "escalation.add_faultdetermination",
        "changes.change_maintenance",
        "changes.change_maintenancecalendar",
        *(f"escalation.{act}_{model}" for act in ("add", "change") for model in KEPT),
        *(f"escalation.delete_{model}" for model in ("rotationmember", "ladderrung")),
        "intake.change_monitoringpost",
        *(f"intake.{act}_monitoringmapping" for act in ("add", "change", "delete")),
        *(f"changes.{act}_{model}" for act in ("add", "change") for model in TOLD),
        "changes.change_gapanalysis",
    }


def test_tams_work_tickets_and_time_and_read_the_rest():
    granted = rights("TAMs")

    more = {"changes.change_gapanalysis"}
    assert acts_of(granted) == WORK | more
    assert granted == rights("Support agents") | more


def test_finance_reads_and_keeps_the_standing_of_accounts():
    granted = rights("Finance")

    ours = {right for right in acts_of(granted) if not right.startswith("billing.")}
    assert ours == {
        "contracts.change_standing",
        "tickets.change_timeentry",
        "tickets.correct_invoiced",
    }
    assert {"contracts.view_order", "tickets.view_ticket", "tickets.view_timeentry"} <= granted
    assert "contracts.view_user" not in granted


def test_finance_keeps_the_money_and_duty_managers_see_it():
    money = {right for right in rights("Finance") if right.startswith("billing.")}
    seen = {right for right in rights(DUTY_MANAGERS) if right.startswith("billing.")}

    assert {"billing.add_payment", "billing.change_document", "billing.add_waiver"} <= money
    assert {right for right in money if ".delete_" in right} == {
        "billing.delete_revenuecode",
        "billing.delete_taxname",
    }
    assert seen == {right for right in money if ".view_" in right}


def test_all_of_staff_see_the_canned_replies_and_what_belongs_to_a_ticket():
    for name in ("Support agents", DUTY_MANAGERS, "TAMs", "Finance", "Administrators"):
        seen = {"tickets.view_cannedreply", "tickets.view_watcher", "tickets.view_dispute"}
        seen.add("escalation.view_escalation")
        assert seen <= rights(name)


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
    LATER[1].take_away(apps, EDITOR)
    roles.empty(apps, EDITOR)
    gone = not Group.objects.exists()
    roles.fill(apps, EDITOR)
    for later in LATER:
        later.grant(apps, EDITOR)

    assert (gone, rights(DUTY_MANAGERS)) == (True, before)


@pytest.mark.clause("S-9")
def test_whoever_sees_tickets_sees_their_cases_with_others():
    seeing = {"tickets.view_ticket", "tickets.view_vendorcase"}
    names = Group.objects.values_list("name", flat=True)

    assert {name: seeing & rights(name) for name in names} == dict.fromkeys(names, seeing)


def test_finance_and_administrators_close_months():
    names = Group.objects.order_by("name").values_list("name", flat=True)

    closing = [name for name in names if "billing.close_month" in rights(name)]
    assert closing == ["Administrators", "Finance"]
