"""Monitoring in the admin: a secret is shown once, labels get meanings, alerts are looked at."""

import re

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from apps.changes.rules.maintenance import Act
from apps.intake.models import Alert, MonitoringMapping, MonitoringPost
from apps.intake.services import handle_alerts, source_shown
from apps.tickets.models import Ticket
from tests.factories import MORNING, make_staff
from tests.maintenance_made import WINDOW, act, planned
from tests.monitoring_made import alert, make_meaning, make_source, make_watched, only, told

pytestmark = [pytest.mark.django_db, pytest.mark.clause("V-2-monitoring")]


def signed_in(role=""):
    user = make_staff(is_superuser=not role)
    if role:
        user.groups.add(Group.objects.get(name=role))
    browser = Client()
    browser.force_login(user)
    return browser


def page(browser, name, *arguments, **query):
    return browser.get(reverse(f"admin:intake_{name}", args=arguments), query)


def test_a_secret_is_shown_once_and_ended():
    source, browser = make_source(key="lab"), signed_in()
    url = reverse("admin:intake_monitoringsource_secrets", args=[source.pk])

    shown = browser.post(url)
    secret = re.search(r"flm_[\w-]{43}", shown.content.decode())[0]

    assert source_shown(key="lab", secret=secret) == source
    assert "no-store" in shown.headers["Cache-Control"]
    again = browser.get(url).content.decode()
    assert (secret in again, f"…{secret[-4:]}" in again) == (False, True)
    browser.post(url, {"end": source.secrets.get().pk})
    assert source_shown(key="lab", secret=secret) is None


def test_a_third_secret_is_refused_in_words():
    source, browser = make_source(), signed_in()
    url = reverse("admin:intake_monitoringsource_secrets", args=[source.pk])
    for _ in range(2):
        browser.post(url)

    refused = browser.post(url, follow=True)

    assert "Two secrets hold already" in refused.content.decode()
    assert source.secrets.count() == 2


@pytest.mark.clause("S-11")
@pytest.mark.parametrize(("trunk", "is_linked"), [("trunk-1", True), ("trunk-2", False)])
def test_an_alert_shows_the_window_that_its_object_lies_in_though_it_has_a_ticket(trunk, is_linked):
    person, source = make_watched(), make_source()
    row = planned(objects=[(person.order.account, "trunk-1")], impact="NO_IMPACT")
    act(row, Act.CONFIRM)
    told(source, alert(began_at=WINDOW, trunk=trunk), at=WINDOW)
    found = only(source)

    text = page(signed_in("Support agents"), "alert_change", found.pk).content.decode()

    address = reverse("admin:changes_maintenance_change", args=[row.pk])
    assert (found.handling, f'href="{address}"' in text) == ("TICKET", is_linked)


@pytest.mark.parametrize("role", ["Support agents", "Duty managers", "Finance"])
def test_secrets_are_for_administrators(role):
    source, browser = make_source(), signed_in(role)
    url = reverse("admin:intake_monitoringsource_secrets", args=[source.pk])

    assert [browser.get(url).status_code, browser.post(url).status_code] == [403, 403]
    assert source.secrets.count() == 0


def test_what_fires_and_is_not_mapped_is_found_mapped_and_handled():
    make_watched()
    source, browser = make_source(), signed_in("Duty managers")
    told(source, alert(customer="new"))
    listed = page(browser, "alert_changelist", shown="unmapped").content.decode()
    shown = page(browser, "alert_change", only(source).pk).content.decode()
    url = f"{reverse('admin:intake_monitoringmapping_add')}?label=customer&amp;value=new"
    assert ("Trunk f1 is down" in listed, url in shown) == (True, True)
    account = MonitoringMapping.objects.get().account

    saved = browser.post(
        reverse("admin:intake_monitoringmapping_add"),
        {"label": "customer", "value": "new", "account": account.pk, "change_reason": "Told us"},
    )

    assert (saved.status_code, handle_alerts(at=MORNING)) == (302, 1)
    assert only(source).ticket == Ticket.objects.get()
    assert MonitoringMapping.objects.latest("pk").history.get().history_change_reason == "Told us"


def test_a_person_of_another_account_is_refused_in_words():
    ada, bob = make_watched(), make_watched(customer="other")

    refused = signed_in().post(
        reverse("admin:intake_monitoringmapping_add"),
        {"label": "x", "value": "y", "account": ada.order.account_id, "requester": bob.pk},
    )

    assert f"This person is not of {ada.order.account}." in refused.content.decode()
    assert MonitoringMapping.objects.count() == 2


def test_an_alert_shows_its_ticket_and_how_it_came_and_nothing_of_it_is_run():
    make_watched()
    source, browser = make_source(), signed_in()
    told(source, alert(summary="<script>alert(1)</script>", site="<b>"))
    ticket = Ticket.objects.get()

    shown = page(browser, "alert_change", only(source).pk).content.decode()
    of_ticket = browser.get(reverse("admin:tickets_ticket_change", args=[ticket.pk]))

    assert "<script>alert(1)" not in shown
    assert [ticket.number in shown, "&quot;fingerprint&quot;: &quot;f1&quot;" in shown] == [
        True,
        True,
    ]
    assert 'id="alerts"' in of_ticket.content.decode()
    post = MonitoringPost.objects.get()
    raw = page(browser, "monitoringpost_raw", post.pk)
    assert (raw.content, raw.headers["Content-Type"]) == (
        bytes(post.raw),
        "application/octet-stream",
    )
    assert page(browser, "monitoringpost_change", post.pk).status_code == 200
    MonitoringPost.objects.all().delete()
    assert (
        "The post is not kept any more."
        in page(browser, "alert_change", only(source).pk).content.decode()
    )


def test_lists_take_as_many_queries_for_many_alerts_as_for_few(django_assert_num_queries):
    make_watched()
    make_meaning(customer="b", account=MonitoringMapping.objects.get().account)
    source, browser = make_source(), signed_in()
    for count in (2, 30):
        told(source, *(alert(f"{count}-{number}") for number in range(count)))
        with django_assert_num_queries(6):
            page(browser, "alert_changelist")
    assert Alert.objects.count() == 32


def test_handle_again_is_for_who_works_tickets():
    source = make_source()
    told(source, alert())
    make_watched()
    act = {"action": "look_again", "_selected_action": [only(source).pk]}
    url = reverse("admin:intake_alert_changelist")

    signed_in("Finance").post(url, act)
    assert only(source).is_due is False
    signed_in("Support agents").post(url, act)
    assert only(source).is_due is True
