"""Addresses of the portal. What each needs is said at its view."""

from django.urls import path

from apps.portal.views import home, seats

app_name = "portal"

urlpatterns = [
    path("", home.home, name="home"),
    path("at/", seats.switch, name="switch"),
]
