"""Settings: the only place that reads the environment. The README lists every variable."""

import re
from base64 import b64decode
from ipaddress import ip_network
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.urls import reverse_lazy
from kombu import Exchange, Queue

from config import browsers, sign_in
from config.mailbox import mailbox_at

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
# `make run` writes this file once; a production host sets the variables themselves.
env.read_env(env.path("ENV_FILE", default=BASE_DIR / ".env"), overwrite=False)

VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "Set SECRET_KEY in the environment or in .env (`make run` writes one for a trial)."
    )
# What was signed or sealed with these is read still, so that the key can be changed.
SECRET_KEY_FALLBACKS = [
    each.strip() for each in env.list("SECRET_KEY_FALLBACKS", default=[]) if each.strip()
]
BASE_URL = env.str("BASE_URL", default="http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# Behind TLS everything that travels is secure; a trial on this machine has no certificate.
HTTPS = BASE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
)
X_FRAME_OPTIONS = "DENY"
# What a page may load, and who may sign in how, are no matter of the host: each has its own file.
vars().update(browsers.SETTINGS)
vars().update(sign_in.settings(behind_proxy=SECURE_PROXY_SSL_HEADER is not None))
# Staff of a site that others can reach sign in with more than a password.
ADMIN_SECOND_FACTOR = env.bool("ADMIN_SECOND_FACTOR", default=HTTPS)

INSTALLED_APPS = [
    "apps.backoffice",
    "unfold.apps.BasicAppConfig",  # without its site: ours is below
    "unfold.contrib.simple_history",
    "unfold.contrib.import_export",
    "apps.backoffice.site.SiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "csp",
    "simple_history",
    "import_export",
    "django_celery_beat",
    "apps.outbox",
    "apps.contracts",
    "apps.tickets",
    "apps.escalation",
    "apps.billing",
    "apps.changes",
    "apps.intake",
    "apps.portal",
    "apps.api",
    "ninja",  # the pages of its document, without a foreign host
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "apps.backoffice.middleware.BrowserPolicies",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "apps.backoffice.middleware.ReadersTimeZone",
    "apps.backoffice.middleware.StaffSecondFactor",
    "simple_history.middleware.HistoryRequestMiddleware",
    "apps.api.middleware.ProblemsOfTheApi",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
AUTH_USER_MODEL = "contracts.User"
LOGIN_URL = reverse_lazy("account_login")
LOGIN_REDIRECT_URL = reverse_lazy("portal:home")  # staff without a seat go on to the admin
LOGOUT_REDIRECT_URL = LOGIN_URL

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR}/faultline.sqlite3")}
if "ENGINE" not in DATABASES["default"]:
    raise ImproperlyConfigured(
        "DATABASE_URL is not the address of a database, such as postgres://user@host:5432/name."
    )
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # Readers go on while one writes; a writer takes its lock at BEGIN and waits for its turn.
        # With recursive triggers, REPLACE does not get past those that guard frozen rows.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
        " PRAGMA recursive_triggers=ON;",
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
    }
else:
    if env.bool("PREPARED_STATEMENTS", default=True):
        # What is asked again and again is planned once a connection: a third of the database's
        # work on a mail. Off behind a pooler that hands connections on between transactions.
        DATABASES["default"]["OPTIONS"] = {"server_side_binding": True, "prepare_threshold": 5}
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# Reports are read from a copy of the database, where there is one: they hold up no ticket.
if env.str("DATABASE_REPLICA_URL", default=""):
    DATABASES["replica"] = {**DATABASES["default"], **env.db("DATABASE_REPLICA_URL")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# How often somebody has tried to sign in is known to every process, and needs no Redis: losing it
# locks nobody out, and lets nobody in. What is over goes once there are more rows than the most.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "shared_cache",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    },
    # Requests of the API are counted where it costs nothing.
    "limits": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "limits"},
}
if env.str("REDIS_URL", default="").startswith("redis"):
    CACHES["limits"] = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": env.str("REDIS_URL"),
        "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 0.5},
        "KEY_PREFIX": "faultline",
    }
# SQLite leaves out what an index includes beside its key, which is right for it.
SILENCED_SYSTEM_CHECKS = ["models.W040"]

AUTHENTICATION_BACKENDS = [
    "apps.backoffice.permissions.ReadAtOnce",
    "apps.portal.backend.OneCheck",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

LANGUAGE_CODE = "en-gb"
FORMAT_MODULE_PATH = ["config.formats"]  # 22 Nov 2026, 15:03
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = VAR_DIR / "media"  # attachments; served only through a check, so there is no MEDIA_URL
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Mail. Without a server the trial writes each mail as a file under var/mail.
EMAIL_CONFIG = env.email("EMAIL_URL", default=f"filemail:///{VAR_DIR}/mail")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 20  # seconds; a server that hangs must not hold up the worker
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Support <support@provider.example.com>")
MAIL_DOMAIN = env.str("MAIL_DOMAIN", default=DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">"))


def whole_number(name: str, *, default: int) -> int:
    """Return a variable that is a whole number, 0 or more."""
    try:
        number = env.int(name, default=default)
    except ValueError:
        number = -1
    if number < 0:
        raise ImproperlyConfigured(f"{name} is a whole number, such as {default}.")
    return number


def secret_of(text: str) -> bytes:
    """Return a webhook's secret, written as whsec_ and base64, as Standard Webhooks has it."""
    try:
        secret = b64decode(text.strip().removeprefix("whsec_"), validate=True)
    except ValueError:
        secret = b""
    if len(secret) < 24:  # noqa: PLR2004 (bytes, as the standard asks)
        raise ImproperlyConfigured(
            "VOICE_WEBHOOK_SECRETS are of 24 bytes or more, each as whsec_ and base64."
        )
    return secret


MAIL_MAX_BYTES = whole_number("MAIL_MAX_BYTES", default=40 * 1024 * 1024)
# What is kept of a mail's files with the message on its ticket; the mail itself is kept whole.
ATTACHMENT_MAX_BYTES = whole_number("ATTACHMENT_MAX_BYTES", default=25 * 1024 * 1024)
ATTACHMENTS_MAX_BYTES = whole_number("ATTACHMENTS_MAX_BYTES", default=30 * 1024 * 1024)
ATTACHMENTS_REFUSED = frozenset(
    each.strip().lower().removeprefix(".")
    for each in env.list(
        "ATTACHMENTS_REFUSED",
        # What Windows, macOS or an office program runs when it is opened.
        default=[
            *("ade", "adp", "apk", "app", "appx", "application", "bat", "chm", "cmd", "com", "cpl"),
            *("dll", "dmg", "exe", "hta", "inf", "ins", "iso", "img", "jar", "js", "jse", "lnk"),
            *("mde", "msc", "msi", "msix", "msp", "mst", "pif", "pkg", "ps1", "psm1", "reg", "scf"),
            *("nsh", "sct", "sh", "shb", "sys", "vb", "vbe", "vbs", "vhd", "vhdx", "wsc", "wsf"),
            *("wsh", "xll"),
            *("application/x-msdownload", "application/x-msdos-program", "application/x-dosexec"),
            *("application/x-ms-installer", "application/vnd.microsoft.portable-executable"),
        ],
    )
)
# Mails of one sender within an hour; those beyond it wait for a person. 0: any number.
MAIL_SENDER_CAP = whole_number("MAIL_SENDER_CAP", default=60)
# The names that our receiving hosts sign Authentication-Results with; empty: none is believed.
MAIL_AUTHSERV_ID = frozenset(name.strip() for name in env.list("MAIL_AUTHSERV_ID", default=[]))
try:
    IMAP_MAILBOX = mailbox_at(env.str("IMAP_URL", default=""))
except ValueError as error:
    raise ImproperlyConfigured(str(error)) from None
IMAP_DONE_FOLDER = env.str("IMAP_DONE_FOLDER", default="")
IMAP_TIMEOUT = 30  # seconds; a server that hangs must not hold up the worker
# Voice messages that a phone system sends: the secrets that sign them, and how big one may be.
VOICE_WEBHOOK_SECRETS = [
    secret_of(each) for each in env.list("VOICE_WEBHOOK_SECRETS", default=[]) if each.strip()
]
# Webhooks go to public addresses by https alone; an installation may allow networks of its own.
try:
    WEBHOOK_ALLOWED_NETWORKS = tuple(
        ip_network(each.strip())
        for each in env.list("WEBHOOK_ALLOWED_NETWORKS", default=[])
        if each.strip()
    )
except ValueError as error:
    raise ImproperlyConfigured(
        f"WEBHOOK_ALLOWED_NETWORKS are networks such as 10.1.0.0/16, with commas between: {error}."
    ) from None
WEBHOOK_PLAIN_HTTP = env.bool("WEBHOOK_PLAIN_HTTP", default=DEBUG)
API_REQUESTS_A_MINUTE = whole_number("API_REQUESTS_A_MINUTE", default=600)  # of one token
VOICE_MAX_BYTES = whole_number("VOICE_MAX_BYTES", default=20 * 1024 * 1024)
# Of one post of a monitoring system: some ten thousand alerts of Alertmanager's.
MONITORING_MAX_BYTES = whole_number("MONITORING_MAX_BYTES", default=10 * 1024 * 1024)
# Files that staff attach: each, and all of an answer; many mail servers take no more.
SENT_FILE_MAX_BYTES = whole_number("SENT_FILE_MAX_BYTES", default=10 * 1024 * 1024)
SENT_FILES_MAX_BYTES = whole_number("SENT_FILES_MAX_BYTES", default=15 * 1024 * 1024)
# Whatever is uploaded anywhere, in all its files; more is not kept, not even for a moment.
UPLOAD_MAX_BYTES = max(2 * SENT_FILES_MAX_BYTES, 30 * 1024 * 1024)
FILE_UPLOAD_HANDLERS = [
    "apps.tickets.attachments.Bounded",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
if not re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", MAIL_DOMAIN):
    raise ImproperlyConfigured(
        "MAIL_DOMAIN is a domain such as example.com; it comes from DEFAULT_FROM_EMAIL unless set."
    )

# Celery. Without Redis the trial passes messages through files under var/queue.
CELERY_BROKER_URL = env.str("REDIS_URL", default="filesystem://localhost/")
if CELERY_BROKER_URL.startswith("filesystem:"):
    for folder in ("in", "control", "processed"):
        (VAR_DIR / "queue" / folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(VAR_DIR / "queue" / "in"),
        "data_folder_out": str(VAR_DIR / "queue" / "in"),
        "control_folder": str(VAR_DIR / "queue" / "control"),
        "processed_folder": str(VAR_DIR / "queue" / "processed"),
        "store_processed": False,
    }
else:
    # A web request must not wait for a broker that is down: the row is kept, the nudge is lost.
    CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2, "socket_timeout": 10}
# Pages have a queue of their own, for a worker that does nothing else (`-Q pages`). A worker that
# names no queue serves both.
CELERY_TASK_QUEUES = [Queue(name, Exchange(name), routing_key=name) for name in ("celery", "pages")]
CELERY_TASK_DEFAULT_QUEUE = "celery"
CELERY_TASK_ROUTES = {
    "apps.outbox.tasks.deliver_pages": {"queue": "pages"},
    "apps.outbox.tasks.deliver_pushes": {"queue": "pages"},
    "apps.escalation.tasks.climb_pages": {"queue": "pages"},
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_TIME_LIMIT = 600
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
DJANGO_CELERY_BEAT_TZ_AWARE = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
}

SIMPLE_HISTORY_REVERT_DISABLED = True

# A sheet is taken whole or not at all, and a cell that a spreadsheet would run is made harmless.
IMPORT_EXPORT_USE_TRANSACTIONS = True
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True

TICKET_PREFIX = env.str("TICKET_PREFIX", default="FL")
if not re.fullmatch(r"[A-Z]{1,8}", TICKET_PREFIX):
    raise ImproperlyConfigured("TICKET_PREFIX is one to eight capital letters, such as FL.")

UNFOLD = {
    "SITE_TITLE": "Faultline",
    "SITE_HEADER": "Faultline",
    "SITE_SUBHEADER": "Support promises, kept",
    "SITE_SYMBOL": "verified",
    "SITE_ICON": lambda request: static("faultline/logo.svg"),
    "SITE_URL": None,
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda request: static("faultline/favicon.svg"),
        }
    ],
    "STYLES": [lambda request: static("faultline/backoffice.css")],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "DASHBOARD_CALLBACK": "apps.backoffice.home.dashboard",
    "SIDEBAR": {
        "show_search": True,
        "navigation": "apps.backoffice.navigation.sidebar",
    },
}
