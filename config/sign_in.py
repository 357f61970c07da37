"""How one signs in: django-allauth's settings."""

from typing import Any


def settings(*, behind_proxy: bool) -> dict[str, Any]:
    """Return the settings; behind a proxy, whose address one tries from is what the proxy says."""
    return {
        "ACCOUNT_ADAPTER": "apps.portal.adapter.AccountAdapter",
        # Nobody makes a login by themselves: an invitation does, and proves the address with it.
        "ACCOUNT_SIGNUP_ENABLED": False,
        "ACCOUNT_EMAIL_VERIFICATION": "none",
        "ACCOUNT_LOGIN_METHODS": {"email", "username"},
        "ACCOUNT_EMAIL_NOTIFICATIONS": True,
        "ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS": False,
        "ACCOUNT_REAUTHENTICATION_METHODS": ("password", "mfa"),
        "ACCOUNT_REAUTHENTICATION_TIMEOUT": 15 * 60,  # seconds, for changes of the sign-in
        "ACCOUNT_FORMS": {
            "login": "apps.portal.forms.sign_in.LoginForm",
            "reset_password": "apps.portal.forms.sign_in.ResetForm",
            "reset_password_from_key": "apps.portal.forms.sign_in.ResetKeyForm",
            "change_password": "apps.portal.forms.sign_in.ChangePasswordForm",
            "set_password": "apps.portal.forms.sign_in.SetPasswordForm",
            "reauthenticate": "apps.portal.forms.sign_in.ReauthenticateForm",
        },
        # Django's own, which writes nothing; allauth's files an address row for who asks.
        "ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR": (
            "django.contrib.auth.tokens.PasswordResetTokenGenerator"
        ),
        "ACCOUNT_RATE_LIMITS": {
            "login": "30/m/ip",
            "login_failed": "20/m/ip,5/5m/key",  # the key: an address, or somebody's second factor
            "reset_password": "20/m/ip,3/10m/key",
            "reset_password_from_key": "20/m/ip",
            "change_password": "5/m/user",
            "reauthenticate": "10/m/user",
        },
        "ALLAUTH_TRUSTED_PROXY_COUNT": 1 if behind_proxy else 0,
        "PASSWORD_RESET_TIMEOUT": 24 * 3600,  # seconds for which a link to a new password works
        "MFA_ADAPTER": "apps.portal.adapter.SecondFactorAdapter",
        "MFA_FORMS": {
            "authenticate": "apps.portal.forms.sign_in.CodeForm",
            "reauthenticate": "apps.portal.forms.sign_in.CodeAgainForm",
            "activate_totp": "apps.portal.forms.sign_in.AppForm",
        },
        "MFA_SUPPORTED_TYPES": ["totp", "webauthn", "recovery_codes"],
        "MFA_PASSKEY_LOGIN_ENABLED": True,
        "MFA_TOTP_ISSUER": "Faultline",
        "MFA_TOTP_TOLERANCE": 1,  # periods of 30 s: a phone's clock may be half a minute wrong
        # Nobody gets as far without an invitation or an administrator: there is nothing to verify.
        "MFA_ALLOW_UNVERIFIED_EMAIL": True,
    }
