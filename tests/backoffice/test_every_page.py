"""Every address of the admin, asked for by everybody: an answer, a refusal, never a fault."""

from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import NoReverseMatch, reverse

from tests.backoffice.making import ROLES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
RECORDS = {
    "call",
    "policyversion",
    "calendarrevision",
    "coveragegap",
    "inboundmail",
    "message",
    "page",
    "tamassignment",
    "ticket",
    "vendorcase",
}


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


@pytest.mark.parametrize("role", ROLES)
def test_no_page_fails_for_anybody(signed_in, role):
    browser = signed_in(role)

    answers = {url: browser.get(url).status_code for _, _, url in pages()}

    assert len(answers) > 80
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


@pytest.mark.parametrize("role", ROLES)
def test_who_may_view_a_model_sees_its_pages_and_nobody_else(signed_in, role):
    browser = signed_in(role)
    user = browser.get(reverse("admin:index")).wsgi_request.user
    labels = {model._meta.model_name: model._meta.app_label for model in admin.site._registry}
    there = {model._meta.model_name: model.objects.exists() for model in admin.site._registry}

    for model, kind, url in pages():
        may_view = user.has_perm(f"{labels[model]}.view_{model}")
        if kind == "changelist" or (kind in ("change", "history") and there[model]):
            assert (url, browser.get(url).status_code) == (url, 200 if may_view else 403)


@pytest.mark.parametrize("role", ROLES)
def test_records_are_added_and_deleted_by_nobody(signed_in, role):
    browser = signed_in(role)

    answers = {
        browser.get(url).status_code
        for model, kind, url in pages()
        if model in RECORDS and kind in ("add", "delete")
    }

    assert answers == {403}


@pytest.mark.parametrize("page", ["index", "password_change", "jsi18n"])
def test_the_pages_of_the_site_itself_open(signed_in, page):
    assert signed_in("").get(reverse(f"admin:{page}")).status_code == 200
