"""The web server's settings, in production and in a trial."""

import os

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
# Several processes beat threads for pages that Python renders.
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
timeout = 60
# It would listen under the user's home; nobody here speaks to it.
control_socket_disable = True
max_requests = 2000
max_requests_jitter = 200


def when_ready(server):
    """Say where to click, once somebody answers there."""
    server.log.info("Faultline is at http://%s/", bind)
