"""Addresses: the admin is the whole back office; a link of a mail needs no password."""

from django.contrib import admin
from django.urls import path
from django.views.generic import RedirectView

from apps.escalation.views import acknowledge

urlpatterns = [
    path("admin/", admin.site.urls),
    path("escalations/<str:token>/", acknowledge, name="escalation_acknowledge"),
    path("", RedirectView.as_view(pattern_name="admin:index")),
]
