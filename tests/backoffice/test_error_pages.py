"""What goes wrong is said on a page of ours, in words, with a way on."""

import pytest
from django.test import Client
from django.urls import reverse
from django.views.defaults import server_error

from tests.factories import make_staff

pytestmark = pytest.mark.django_db
LOGIN = reverse("admin:login")


def test_a_page_that_is_not_there_says_so(client):
    answer = client.get("/nowhere/")

    assert answer.status_code == 404
    assert "There is no such page" in answer.content.decode()
    assert f'href="{reverse("portal:home")}"' in answer.content.decode()


def test_a_page_that_one_may_not_see_says_who_can_change_that(client):
    client.force_login(make_staff())

    answer = client.get(reverse("admin:contracts_user_changelist"))

    assert answer.status_code == 403
    assert "An administrator can change that" in answer.content.decode()


def test_a_form_that_came_without_its_token_can_be_sent_once_more():
    answer = Client(enforce_csrf_checks=True).post(LOGIN, {"username": "ada"})

    assert answer.status_code == 403
    assert "Nothing was changed." in answer.content.decode()


def test_a_fault_of_ours_is_called_one(rf):
    answer = server_error(rf.get("/"))

    assert answer.status_code == 500
    assert "It is our fault" in answer.content.decode()
