"""Refuse to start on a port that another program holds, and say what to do."""

import socket
import sys

if not sys.argv[1].isdecimal() or not 0 < int(sys.argv[1]) < 2**16:
    sys.exit(f"“{sys.argv[1]}” is not a port. Choose a number: make run PORT=8001")
port = int(sys.argv[1])
with socket.socket() as probe:
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind(("127.0.0.1", port))
    except OSError:
        sys.exit(f"Port {port} is taken by another program. Choose one: make run PORT={port + 1}")
