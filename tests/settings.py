"""The project's settings with a test's environment: nothing from the user's own .env."""

import os
import tempfile

os.environ["ENV_FILE"] = os.devnull
os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "x" * 40)
os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="faultline-test-")
os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL") or "sqlite:///:memory:"
os.environ["REDIS_URL"] = "memory://"

from config.settings import *  # noqa: F403
from config.settings import DATABASES, STATIC_ROOT, STORAGES

if "postgresql" in DATABASES["default"]["ENGINE"] and not os.environ.get("BENCHMARK"):
    # A test's rows need not outlive the machine: nobody waits for the disk. A benchmark does.
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c synchronous_commit=off"

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_TASK_ALWAYS_EAGER = False
STATIC_ROOT.mkdir()  # whitenoise warns of a folder that is not there
