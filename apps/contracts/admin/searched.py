"""Search boxes in forms of staff's: for a row of a list that is too long to choose from."""

from typing import Any

from django import forms
from django.contrib.admin import AdminSite
from django.contrib.admin.widgets import AutocompleteSelect
from unfold.widgets import UnfoldAdminAutocompleteWidget

from apps.contracts.admin.keys import key_in


class KeySelect(AutocompleteSelect):
    """A search box that takes what is no row key for a key that no row has."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:
        value = super().value_from_datadict(data, files, name)
        return str(key_in(value)) if value else ""


def search_for(form: forms.BaseForm, name: str, *, of: Any, site: AdminSite) -> None:
    """Make a field of a form a search box; ``of`` is the field of a model that holds such a row."""
    field: Any = form.fields[name]
    box = KeySelect(of, site, attrs={"class": "unfold-filter-autocomplete"})
    field.widget = box
    box.choices = field.choices


def search_media() -> forms.Media:
    """Return what a page with such a box needs."""
    return UnfoldAdminAutocompleteWidget().media
