"""Addresses: the admin is the whole back office; a link of a mail needs no password."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from apps.api.urls import api
from apps.changes.views import calendar as maintenance_calendar
from apps.escalation import on_call_views
from apps.escalation.views import acknowledge
from apps.intake import views as intake

# Staff sign in where everybody does: limits, second factors and notices are the same.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path(
        "admin/password_change/",
        RedirectView.as_view(pattern_name="account_change_password"),
    ),
    path("admin/", admin.site.urls),
    path("escalations/<str:token>/", acknowledge, name="escalation_acknowledge"),
    path("hooks/voice/", intake.voice_webhook, name="voice_webhook"),
    path("hooks/monitoring/<slug:key>/", intake.monitoring_webhook, name="monitoring_webhook"),
    path("pages/<str:token>/", on_call_views.acknowledge, name="page_acknowledge"),
    path("on-call/<str:token>.ics", on_call_views.calendar, name="on_call_calendar"),
    path("maintenance/<str:token>.ics", maintenance_calendar, name="maintenance_calendar"),
    path("account/", include("apps.portal.sign_in_urls")),
    path("portal/", include("apps.portal.urls")),
    path("api/v1/", api.urls),
    path("", RedirectView.as_view(pattern_name="portal:home")),
]
