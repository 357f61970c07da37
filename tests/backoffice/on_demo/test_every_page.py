"""Every address of the admin, asked for by everybody: an answer, a refusal, never a fault."""

from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import NoReverseMatch, reverse

from tests.backoffice.making import ROLES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
RECORDS = {
    "runaccount",
    "call",
    "closedmonth",
    "ledgeraccount",
    "ledgercheck",
    "posting",
    "policyversion",
    "calendarrevision",
    "coveragegap",
    "escalation",
    "exportbatch",
    "inboundmail",
    "incident",
    "maintenance",
    "maintenancecalendar",
    "message",
    "page",
    "tamassignment",
    "ticket",
    "vendorcase",
}
# Rows without a page of their own: they lead to that of what they are of.
LEAD_ON = {"charge", "waiverrequest"}
OWN = {"noticehours"}  # each has theirs, whatever their role
# Who may what is no matter of the engine: where others were asked before, a superuser sees all.
ONE = pytest.mark.one_engine
EVERYBODY = [pytest.param(role, marks=() if role == "superuser" else ONE) for role in ROLES]


def pages() -> Iterator[tuple[str, str, str]]:
    """Yield (model, kind of page, address) of every named address of every model's admin."""
    for model, model_admin in admin.site._registry.items():
        row = model._default_manager.first()
        label = f"{model._meta.app_label}_{model._meta.model_name}"
        for pattern in model_admin.get_urls():
            name = getattr(pattern, "name", None)
            if not name:
                continue
            for arguments in ([], [row.pk if row else 1], [1, 1]):
                try:
                    url = reverse(f"admin:{name}", args=arguments)
                except NoReverseMatch:
                    continue
                yield model._meta.model_name, name.removeprefix(f"{label}_"), url


@pytest.fixture(scope="module")
def asked() -> dict[str, dict[tuple[str, str, str], int]]:
    """Role -> page -> status, as far as they were asked for: each page once for all of the file."""
    return {}


@pytest.fixture
def answers(signed_in, asked, role) -> dict[tuple[str, str, str], int]:
    """Page -> status, of all pages for somebody of the role."""
    if role not in asked:
        browser = signed_in(role)
        asked[role] = {page: browser.get(page[2]).status_code for page in pages()}
    return asked[role]


@pytest.mark.parametrize("role", EVERYBODY)
def test_no_page_fails_for_anybody(answers):
    assert len({url for _, _, url in answers}) > 80
    assert set(answers.values()) <= {200, 302, 403, 404, 405}


def test_a_stranger_is_sent_to_the_login_from_every_page():
    answers = {url: Client().get(url) for _, _, url in pages()}
    # What a page reads again by itself is refused: a login form in the middle of it helps nobody.
    pieces = {url for url in answers if url.endswith("/live/")}

    assert {answers[url].status_code for url in pieces} <= {403}
    assert {answers[url].status_code for url in set(answers) - pieces} == {302}
    assert {answers[url]["Location"].partition("?")[0] for url in set(answers) - pieces} == {
        reverse("admin:login")
    }


@pytest.mark.parametrize("role", EVERYBODY)
def test_who_may_view_a_model_sees_its_pages_and_nobody_else(answers, signed_in, role):
    user = signed_in(role).get(reverse("admin:index")).wsgi_request.user
    labels = {model._meta.model_name: model._meta.app_label for model in admin.site._registry}
    there = {model._meta.model_name: model.objects.exists() for model in admin.site._registry}

    for (model, kind, url), status in answers.items():
        may_view = model in OWN or user.has_perm(f"{labels[model]}.view_{model}")
        if kind == "changelist" or (kind in ("change", "history") and there[model]):
            opens = 302 if model in LEAD_ON and kind == "change" else 200
            assert (url, status) == (url, opens if may_view else 403)


@pytest.mark.parametrize("role", EVERYBODY)
def test_records_are_added_and_deleted_by_nobody(answers):
    found = {
        status
        for (model, kind, _), status in answers.items()
        if model in RECORDS and kind in ("add", "delete")
    }

    assert found == {403}


@pytest.mark.parametrize("page", ["index", "jsi18n"])
def test_the_pages_of_the_site_itself_open(signed_in, page):
    assert signed_in("").get(reverse(f"admin:{page}")).status_code == 200


def test_a_password_is_changed_where_everybody_changes_theirs(signed_in):
    response = signed_in("").get(reverse("admin:password_change"))

    assert (response.status_code, response["Location"]) == (302, reverse("account_change_password"))
