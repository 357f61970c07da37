"""Importing in the admin: upload, preview, confirmation; and who may."""

import io
import re

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from apps.contracts.models import Account, AuthorisedUser
from tests.factories import make_client, make_staff

pytestmark = pytest.mark.django_db
IMPORT = reverse("admin:contracts_account_import")
CONFIRM = reverse("admin:contracts_account_process_import")
LIST = reverse("admin:contracts_account_changelist")


def upload(browser: Client, text: str, *, url: str = IMPORT, name: str = "clients.csv"):
    file = io.BytesIO(text.encode())
    file.name = name
    return browser.post(url, {"file": file})


def carried(answer) -> str:
    return re.search(r'name="carried" value="([^"]+)"', answer.content.decode())[1]


def signed_in(*codenames: str) -> Client:
    user = make_staff()
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    browser = Client()
    browser.force_login(user)
    return browser


def words(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


@pytest.mark.clause("V-3.5")
def test_a_file_is_shown_first_and_saved_once_it_is_confirmed(admin_client):
    Account.objects.create(name="Fernwood")

    shown = upload(admin_client, "name\nFernwood\nHollow Oak\n")
    before = Account.objects.count()
    answer = admin_client.post(CONFIRM, {"carried": carried(shown)}, follow=True)

    assert "1 new, 0 changed, 1 unchanged accounts" in words(shown)
    assert before == 1
    assert [str(each) for each in answer.context["messages"]] == [
        "Imported clients.csv: 1 new, 0 changed, 1 unchanged accounts."
    ]
    added = Account.objects.get(name="Hollow Oak").history.get()
    assert (added.history_change_reason, added.history_user.username) == (
        "Imported from clients.csv",
        "admin",
    )


def test_the_preview_shows_old_and_new(admin_client):
    user = make_client()
    text = f"order,name,email,is_active\n{user.order.number},Ada King,{user.email},yes\n"

    shown = upload(admin_client, text, url=reverse("admin:contracts_authoriseduser_import"))

    assert "name: Ada Client → Ada King" in words(shown)


def test_a_wrong_row_is_named_and_there_is_nothing_to_confirm(admin_client):
    user = make_client()
    text = f"order,name,email,is_active\n{user.order.number},Ada,{user.email},maybe\n"

    shown = upload(admin_client, text, url=reverse("admin:contracts_authoriseduser_import"))

    assert "Row 2 is_active “maybe” is neither yes nor no." in words(shown)
    assert b'name="carried"' not in shown.content


def test_a_file_that_cannot_be_read_is_refused_on_the_form(admin_client):
    assert "The file is empty." in words(upload(admin_client, ""))
    assert "Choose a file." in words(admin_client.post(IMPORT, {}))


@pytest.mark.clause("V-3.5")
def test_a_change_in_between_is_told_and_the_new_preview_shown(admin_client):
    user = make_client()
    text = f"order,name,email,is_active\n{user.order.number},Ada King,{user.email},yes\n"
    url = reverse("admin:contracts_authoriseduser_import")
    shown = upload(admin_client, text, url=url)
    AuthorisedUser.objects.filter(pk=user.pk).update(name="Ada Lovelace")

    confirm = reverse("admin:contracts_authoriseduser_process_import")
    answer = admin_client.post(confirm, {"carried": carried(shown)})

    assert "some of these rows were changed since the preview" in words(answer)
    assert "name: Ada Lovelace → Ada King" in words(answer)
    assert AuthorisedUser.objects.get(pk=user.pk).name == "Ada Lovelace"


def test_a_preview_that_was_altered_or_is_another_persons_is_refused(admin_client):
    preview = carried(upload(admin_client, "name\nFernwood\n"))
    other = signed_in("view_account", "add_account", "change_account")

    answers = [
        admin_client.post(CONFIRM, {"carried": f"x{preview}"}),
        other.post(CONFIRM, {"carried": preview}),
        admin_client.post(reverse("admin:contracts_order_process_import"), {"carried": preview}),
    ]

    assert [answer.status_code for answer in answers] == [302, 302, 302]
    assert not Account.objects.exists()


@pytest.mark.parametrize(
    ("rights", "may_import", "may_export"),
    [
        ([], 403, 403),
        (["view_account"], 403, 200),
        (["view_account", "add_account"], 403, 200),
        (["view_account", "change_account"], 403, 200),
        (["view_account", "add_account", "change_account"], 200, 200),
    ],
)
def test_importing_takes_the_right_to_add_and_to_change_and_exporting_to_view(
    rights, may_import, may_export
):
    browser = signed_in(*rights)
    export = reverse("admin:contracts_account_export")
    listed = browser.get(LIST).content.decode()

    assert browser.get(IMPORT).status_code == may_import
    assert upload(browser, "name\nFernwood\n").status_code == may_import
    assert (f'href="{IMPORT}"' in listed) == (may_import == 200)
    assert browser.get(export).status_code == may_export
    assert (f'href="{export}' in listed) == (may_export == 200)
    assert browser.get(CONFIRM).status_code == 405
    refused = browser.post(CONFIRM, {"carried": "x"}).status_code
    assert refused == (302 if may_import == 200 else 403)
