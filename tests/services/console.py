"""A process with Django ready, that forks for each script it is given: real processes, quickly.

A line in is a script as JSON; a line out is {"status", "out", "err"}, where a status below nought
is the signal that ended it. The process itself opens no connection, so that none is shared.
"""

import json
import os
import sys
import tempfile
import traceback
from typing import IO

import django


def main() -> None:
    """Answer until there is no more to read."""
    django.setup()
    for line in sys.stdin:
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            child = os.fork()
            if not child:
                _run(json.loads(line), out, err)
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            print(json.dumps({"status": status, "out": _read(out), "err": _read(err)}), flush=True)


def _run(script: str, out: IO[bytes], err: IO[bytes]) -> None:
    """Run a script to its end, and end with it: nothing of the parent's goes on."""
    os.dup2(out.fileno(), 1)
    os.dup2(err.fileno(), 2)
    status = 0
    try:
        exec(compile(script, "<script>", "exec"), {"__name__": "__main__"})
    except BaseException:
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _read(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


if __name__ == "__main__":
    main()
