"""Addresses of signing in: those of allauth that make sense here, each named, and no other.

What is not listed is not there: nobody signs up, adds an address or asks for a code by mail.
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import path, re_path

from apps.portal.views import invitation, sign_in
from apps.portal.views.sign_in import closed, framed

urlpatterns = [
    path("", sign_in.you, name="account_you"),
    path("login/", framed(account.login), name="account_login"),
    path("logout/", framed(account.logout), name="account_logout"),
    path("inactive/", framed(account.account_inactive), name="account_inactive"),
    path("reauthenticate/", framed(account.reauthenticate), name="account_reauthenticate"),
    path("password/change/", framed(account.password_change), name="account_change_password"),
    path("password/set/", framed(account.password_set), name="account_set_password"),
    path("password/reset/", framed(account.password_reset), name="account_reset_password"),
    path(
        "password/reset/done/",
        framed(account.password_reset_done),
        name="account_reset_password_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        framed(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        framed(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    path("2fa/", framed(mfa.index), name="mfa_index"),
    path("2fa/authenticate/", framed(mfa.authenticate), name="mfa_authenticate"),
    path("2fa/reauthenticate/", framed(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("2fa/app/add/", framed(totp.activate_totp), name="mfa_activate_totp"),
    path("2fa/app/remove/", framed(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("2fa/codes/", framed(recovery.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "2fa/codes/new/",
        framed(recovery.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path("2fa/passkeys/", framed(webauthn.list_webauthn), name="mfa_list_webauthn"),
    path("2fa/passkeys/add/", framed(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path("2fa/passkeys/login/", framed(webauthn.login_webauthn), name="mfa_login_webauthn"),
    path(
        "2fa/passkeys/reauthenticate/",
        framed(webauthn.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    path(
        "2fa/passkeys/<int:pk>/remove/",
        framed(webauthn.remove_webauthn),
        name="mfa_remove_webauthn",
    ),
    path("2fa/passkeys/<int:pk>/", framed(webauthn.edit_webauthn), name="mfa_edit_webauthn"),
    path("sessions/", framed(sign_in.sessions), name="usersessions_list"),
    path("invitation/<str:token>/", invitation.accept, name="account_invitation"),
    # The library makes these addresses into links; they lead nowhere.
    path("signup/", closed, name="account_signup"),
    path("email/", closed, name="account_email"),
]
