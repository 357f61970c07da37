"""Reading a maintenance notice as a customer's program does: circuit-maintenance-parser.

It lives in an environment of its own (make maintenance-parser), and is asked by a process.
"""

import json
import subprocess
from pathlib import Path
from typing import Any

PARSER = Path(__file__).parent.parent / ".venv-maintenance/.synced"
# Each mail's maintenance, as the parser's own program prints it.
PROGRAM = """
import json, sys
from circuit_maintenance_parser import NotificationData, init_provider

found = []
for mail in json.load(sys.stdin):
    read = NotificationData.init_from_email_bytes(mail.encode())
    found.append([json.loads(each.to_json()) for each in init_provider().get_maintenances(read)])
json.dump(found, sys.stdout)
"""


def read_back(mails: list[bytes]) -> list[list[dict[str, Any]]]:
    """Return what the parser makes of mails as they go out: for each, its maintenance."""
    asked = json.dumps([mail.decode() for mail in mails])
    python = PARSER.parent / "bin/python"
    done = subprocess.run(
        [python, "-c", PROGRAM], input=asked, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found: list[list[dict[str, Any]]] = json.loads(done.stdout)
    return found
