"""The main menu: where one is, and where one may go."""

import re

import pytest
from django.urls import reverse

from tests.portal_made import make_person, signed_in

pytestmark = pytest.mark.django_db


def test_the_menu_of_a_phone_is_named_after_the_part_that_is_shown():
    browser = signed_in(make_person(may_see_invoices=False))
    pages = ["home", "token_new", "notifications"]

    shown = {name: browser.get(reverse(f"portal:{name}")).text for name in pages}

    named = {
        name: re.search(r'nav-menu">\s*<summary>.*?</span>([^<]+)</summary>', page)[1]
        for name, page in shown.items()
    }
    assert named == {"home": "Home", "token_new": "People", "notifications": "Menu"}
    # What is not theirs is in neither form of it.
    assert [page.count(reverse("portal:invoices")) for page in shown.values()] == [0, 0, 0]
    assert [page.count(reverse("portal:services")) >= 2 for page in shown.values()] == [True] * 3
