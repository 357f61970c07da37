"""A real IMAP server for the tests: Dovecot, on a free port, with everything in one folder."""

import getpass
import grp
import imaplib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

BINARY = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin")
PASSWORD = "s3cret:@/?"
# Any name may sign in with the password, and has a mailbox of its own.
CONFIG = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
ssl = no
disable_plaintext_auth = no
auth_failure_delay = 0
mail_location = maildir:{folder}/mail/%u
mail_plugin_dir = {folder}/none
{users}
first_valid_uid = 1
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={mail_user} gid={mail_group} home={folder}/mail/%u
}}
namespace inbox {{
  inbox = yes
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""
# Without root there is only one user to be; with root, Dovecot insists on its package's own.
ONE_USER = """
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
"""


@dataclass(frozen=True, slots=True)
class Server:
    """Where a running server listens, and where it keeps its mails."""

    port: int
    folder: Path

    def url(self, user: str, *, scheme: str = "imap", folder: str = "INBOX") -> str:
        return f"{scheme}://{user}:{quote(PASSWORD, safe='')}@127.0.0.1:{self.port}/{folder}"


@contextmanager
def dovecot() -> Iterator[Server]:
    """Run the server until the block ends."""
    folder = Path(tempfile.mkdtemp(prefix="faultline-dovecot-"))
    server = Server(_free_port(), folder)
    process = subprocess.Popen(
        [str(BINARY), "-F", "-c", str(_configured(server))],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait(server, process)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)
        shutil.rmtree(folder, ignore_errors=True)


def _configured(server: Server) -> Path:
    folder = server.folder
    folder.chmod(0o755)
    (folder / "mail").mkdir()
    (folder / "none").mkdir()
    is_root = os.getuid() == 0
    # It gives no mail to root either.
    owner = pwd.getpwnam("nobody" if is_root else getpass.getuser())
    os.chown(folder / "mail", owner.pw_uid, owner.pw_gid)
    group = grp.getgrgid(owner.pw_gid).gr_name
    path = folder / "dovecot.conf"
    path.write_text(
        CONFIG.format(
            folder=folder,
            port=server.port,
            users="" if is_root else ONE_USER.format(user=owner.pw_name, group=group),
            mail_user=owner.pw_uid,
            mail_group=owner.pw_gid,
            password=PASSWORD,
        )
    )
    return path


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(server: Server, process: subprocess.Popen) -> None:
    """Wait until a mailbox opens: only then all of the server is there."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            with imaplib.IMAP4("127.0.0.1", server.port, timeout=5) as client:
                client.login("somebody", PASSWORD)
                client.select()
                return
        except (OSError, imaplib.IMAP4.error):
            time.sleep(0.05)
    log = server.folder / "log"
    said = log.read_text("utf-8", "replace") if log.exists() else "no log"
    raise RuntimeError(f"Dovecot does not answer: {said}")
