"""Two who save the same person at the same instant: PostgreSQL lets one through; one is told."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from apps.contracts.models import User
from tests.contracts_admin.browser import sent
from tests.factories import make_order

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
PLACES = ["authoriseduser", "order"]


@pytest.mark.clause("V-3.5")
@pytest.mark.parametrize("place", PLACES)
def test_of_four_who_change_the_same_person_one_gets_through(place):
    order = make_order()
    person = order.authorised_users.create(name="Ada", email="ada@fernwood.example.com")
    row = person if place == "authoriseduser" else order
    name = "name" if place == "authoriseduser" else "authorised_users-0-name"
    url = reverse(f"admin:contracts_{place}_change", args=[row.pk])
    admin = User.objects.create_superuser("root", "root@fernwood.example.com", "secret")
    browsers = [Client() for _ in range(4)]
    for browser in browsers:
        browser.force_login(admin)
    typed = [
        {**sent(browser.get(url)), name: [f"Ada {number}"]}
        for number, browser in enumerate(browsers)
    ]

    def save(browser, form):
        try:
            return browser.post(url, form).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=4) as threads:
        answers = sorted(threads.map(save, browsers, typed))

    assert answers == [200, 200, 200, 302]
    assert person.history.count() == 2
