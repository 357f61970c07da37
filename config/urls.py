"""Addresses: the admin is the whole back office; a link of a mail needs no password."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from apps.escalation import on_call_views
from apps.escalation.views import acknowledge
from apps.intake import views as intake

urlpatterns = [
    path("admin/", admin.site.urls),
    path("escalations/<str:token>/", acknowledge, name="escalation_acknowledge"),
    path("hooks/voice/", intake.voice_webhook, name="voice_webhook"),
    path("pages/<str:token>/", on_call_views.acknowledge, name="page_acknowledge"),
    path("on-call/<str:token>.ics", on_call_views.calendar, name="on_call_calendar"),
    path("account/", include("allauth.urls")),
    path("portal/", include("apps.portal.urls")),
    path("", RedirectView.as_view(pattern_name="portal:home")),
]
