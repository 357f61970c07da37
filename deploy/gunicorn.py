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


class Alive:
    """An answer whose worker says that it lives with each piece that goes out.

    A download over a slow line takes longer than ``timeout``, and is no hang. One that nobody reads
    any more is.
    """

    def __init__(self, answer, notify):
        self.answer = answer
        self.notify = notify

    def __iter__(self):
        for piece in self.answer:
            self.notify()
            yield piece

    def close(self):
        if hasattr(self.answer, "close"):
            self.answer.close()


def post_worker_init(worker):
    """Let long downloads finish."""
    app = worker.wsgi

    def answering(environ, start_response):
        answer = app(environ, start_response)
        # A file of the disk is sent by the kernel, if it is left as it is.
        is_file = isinstance(answer, environ.get("wsgi.file_wrapper", ()))
        return answer if is_file else Alive(answer, worker.notify)

    worker.wsgi = answering


def when_ready(server):
    """Say where to click, once somebody answers there."""
    server.log.info("Faultline is at http://%s/", bind)
