"""The admin's site: the theme's, without the work for what our pages do not show."""

from typing import Any

from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from unfold.sites import UnfoldAdminSite


class SiteConfig(AdminConfig):
    """Django's admin, on our site."""

    default_site = "apps.backoffice.site.Site"


class Site(UnfoldAdminSite):
    """The sidebar has links of its own, so that hardly a page shows the list of all models."""

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """Return what the person may see of each app, or of one; looked for once it is read."""
        find = super().get_app_list
        return SimpleLazyObject(lambda: find(request, app_label))
