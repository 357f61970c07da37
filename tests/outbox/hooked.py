"""Endpoints that webhooks go to, on this machine: what one is told, and how it answers."""

import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path
from threading import Event, Lock, Thread

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from apps.outbox.hook_posting import Ways

HERE = (ip_network("127.0.0.0/8"),)
WAYS = Ways(allowed=HERE, plain_http=True)
Answer = tuple[int, dict[str, str], bytes]  # status, headers, body


class Endpoint(ThreadingHTTPServer):
    """``answers`` are given one after the other; the last one stays.

    ``opens``: requests wait for it. ``drip``: seconds between the bytes of an answer's head.
    ``raw``: what is sent in place of an answer.
    """

    daemon_threads = True
    opens: Event | None = None
    drip = 0.0
    raw = b""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/hooks"
        self.answers: list[Answer] = [(204, {}, b"")]
        self.told: list[tuple[dict[str, str], bytes]] = []
        self.most_at_once = self.here = 0
        self.lock = Lock()

    def handle_error(self, request, client_address):
        pass  # who does not believe its certificate


class Handler(BaseHTTPRequestHandler):
    server: Endpoint

    def do_POST(self):
        body, endpoint = self.rfile.read(int(self.headers["Content-Length"])), self.server
        headers = {name.lower(): value for name, value in self.headers.items()}
        with endpoint.lock:
            endpoint.here += 1
            endpoint.most_at_once = max(endpoint.most_at_once, endpoint.here)
            endpoint.told.append((headers, body))
            answer = endpoint.answers.pop(0) if endpoint.answers[1:] else endpoint.answers[0]
        if endpoint.opens:
            endpoint.opens.wait(20)
        with endpoint.lock:
            endpoint.here -= 1
        try:
            if endpoint.raw:
                self.wfile.write(endpoint.raw)
            elif endpoint.drip:
                self.drip()
            else:
                self.answer(*answer)
        except OSError:
            return  # they did not wait for it

    do_GET = do_POST

    def drip(self):
        for each in b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1000:
            self.wfile.write(bytes([each]))
            time.sleep(self.server.drip)

    def answer(self, status: int, headers: dict[str, str], body: bytes):
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@contextmanager
def listening(
    *, opens: Event | None = None, drip: float = 0.0, raw: bytes = b"", certificate: str = ""
) -> Iterator[Endpoint]:
    """Run an endpoint for as long as the block lasts; with TLS where there is a certificate."""
    endpoint = Endpoint()
    endpoint.opens, endpoint.drip, endpoint.raw = opens, drip, raw
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        endpoint.socket = context.wrap_socket(endpoint.socket, server_side=True)
    Thread(target=endpoint.serve_forever, args=[0.02], daemon=True).start()
    try:
        yield endpoint
    finally:
        if opens:
            opens.set()
        endpoint.shutdown()
        endpoint.server_close()


def certificate_for(host: str, folder: Path) -> str:
    """Make a certificate that signs itself, with its key; return its file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    signed = made.sign(key, hashes.SHA256())
    file = folder / f"{host}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return str(file)


def stands_for(*addresses: str):
    """Return a look-up of names by which every name stands for these."""

    def resolve(host: str, port: int) -> Sequence[str]:
        return addresses

    return resolve
