"""A person sends a form that is refused, and finds where to go on without looking for it."""

import pytest
from django.urls import reverse

from tests.factories import make_client

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_engine]


def test_after_a_refusal_the_first_refused_field_is_seen_and_has_the_focus(page):
    new = reverse("admin:intake_request_new")
    page.goto(f"{new}?requester={make_client().pk}")
    page.locator("form button", has_text="Save").click()

    page.get_by_role("alert").wait_for()
    page.locator("#request_subject:focus").wait_for()

    place = page.locator("#request_subject").bounding_box()
    assert 0 < place["y"] < page.viewport_size["height"] - place["height"]
