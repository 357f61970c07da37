"""Lists of money as people read them: figures in line, references whole, and a word if empty."""

import inspect
import re

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import reverse

from apps.billing.admin import acting
from apps.tickets.templatetags.tickets import unbroken
from tests.factories import make_staff

OURS = [each for model, each in admin.site._registry.items() if model._meta.app_label == "billing"]


def test_a_column_of_money_is_named_so_that_the_style_sheet_lines_it_up():
    calls = re.compile(rf"\b(?:{acting.money.__name__}|{acting.plain_money.__name__})\(")
    columns = [
        name
        for each in OURS
        for name in each.list_display
        if callable(shown := getattr(each, name, None)) and calls.search(inspect.getsource(shown))
    ]

    assert len(columns) > 10
    assert [name for name in columns if not name.endswith("amount")] == []


def test_numbers_and_days_stay_on_one_line_and_words_stay_harmless():
    assert unbroken("Dial <plan>, FL-000012 of PS-2063 on 2026-03-04, by V-3.4.6. X-ray") == (
        'Dial &lt;plan&gt;, <span class="fl-nowrap">FL-000012</span> of'
        ' <span class="fl-nowrap">PS-2063</span> on <span class="fl-nowrap">2026-03-04</span>,'
        ' by <span class="fl-nowrap">V-3.4.6</span>. X-ray'
    )


@pytest.mark.django_db
def test_an_empty_list_says_how_something_comes_into_it_unless_filters_hide_it(client):
    user = make_staff(name="kim")
    user.groups.add(Group.objects.get(name="Finance"))
    client.force_login(user)
    exports = reverse("admin:billing_exportbatch_changelist")

    plain, filtered = (
        client.get(exports + query).content.decode() for query in ("", "?state__exact=DONE")
    )

    leads = f'<a class="fl-link" href="{reverse("admin:billing_reports")}">Choose a report'
    assert (leads in plain, "Take them off" in plain) == (True, False)
    assert (leads in filtered, "Take them off" in filtered) == (False, True)
