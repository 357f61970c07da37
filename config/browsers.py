"""What a browser may do with our pages: policies of content, as headers of every answer."""

from typing import Any

SELF, NONE = "'self'", "'none'"
# Pages of the portal, of signing in, and those that a link of a mail opens: nothing inline.
STRICT: dict[str, list[str]] = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF],
    "img-src": [SELF],
    "font-src": [SELF],
    "connect-src": [SELF],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
    "base-uri": [NONE],
}
# The admin's theme evaluates its attributes (Alpine) and writes styles and scripts into its pages.
ADMIN: dict[str, list[str]] = {
    **STRICT,
    "script-src": [SELF, "'unsafe-inline'", "'unsafe-eval'"],
    "style-src": [SELF, "'unsafe-inline'"],
    "img-src": [SELF, "data:"],
    "media-src": [SELF],  # recordings of voice messages
}
PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        *("accelerometer", "camera", "display-capture", "geolocation", "gyroscope"),
        *("magnetometer", "microphone", "midi", "payment", "usb"),
    )
)
SETTINGS: dict[str, Any] = {
    "CONTENT_SECURITY_POLICY": {"DIRECTIVES": STRICT},
    # Our own pages are told where one came from, nobody else is: a link may hold a secret.
    "SECURE_REFERRER_POLICY": "same-origin",
    "CSRF_COOKIE_HTTPONLY": True,
    "CSRF_COOKIE_SAMESITE": "Lax",
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
}
