"""Services that pushes go to, on this machine: one that takes them, one that never answers."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@contextmanager
def taking(status: int = 200) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Run a service; yield its apprise address and what it was told: title and message."""
    told: list[tuple[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            told.append((said["title"], said["message"]))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"json://127.0.0.1:{server.server_port}/t0ken-of-the-hook", told
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def hanging() -> Iterator[str]:
    """Run a service that accepts calls and says nothing, for as long as it is waited for."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as server:
        yield f"json://127.0.0.1:{server.getsockname()[1]}/?rto=600"
