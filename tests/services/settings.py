"""The project's settings on a Redis that others may use too: all keys of a test are its own."""

import os

from config.settings import *  # noqa: F403
from config.settings import CELERY_BROKER_TRANSPORT_OPTIONS as OPTIONS

CELERY_BROKER_TRANSPORT_OPTIONS = {**OPTIONS, "global_keyprefix": os.environ["SERVICES_PREFIX"]}
