"""Names of files, so that they do no harm wherever they are saved.

Clause: none (safety of files).
"""

import re
import unicodedata
from pathlib import PurePosixPath

MAX_NAME = 120

_UNWELCOME = re.compile(r'[<>:"|?*]')  # what Windows refuses in a name, or reads as a stream
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])", re.IGNORECASE)
# Control and invisible characters, those that turn the reading direction, line ends.
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_NAMELESS = "attachment"


def safe_name(name: str, *, nameless: str = _NAMELESS) -> str:
    """Return a file name of 1 to ``MAX_NAME`` characters that names one file in one folder.

    No path, no control or invisible characters, none that turn the reading
    direction (they make ``gpj.exe`` of an ``exe.jpg``), no leading dot. The
    extension survives the cut. ``nameless`` is what a file without a name is called.

    Clause: none (safety of files).
    """
    last = re.split(r"[/\\]", name)[-1]
    seen = "".join(
        letter
        for letter in unicodedata.normalize("NFC", last)
        if unicodedata.category(letter) not in _UNSEEN
    )
    clean = " ".join(_UNWELCOME.sub("_", seen).split()).strip(". ")
    if not clean:
        return nameless
    path = PurePosixPath(clean)
    if _DEVICE.fullmatch(clean.partition(".")[0].strip()):
        path = PurePosixPath(f"_{clean}")
    if len(path.name) <= MAX_NAME:
        return path.name
    ending = path.suffix if len(path.suffix) < MAX_NAME // 2 else ""
    return f"{path.stem[: MAX_NAME - len(ending)].rstrip('. ')}{ending}"


def ending_of(name: str) -> str:
    """Return the ending of a safe name, in lower case and without its dot; empty: it has none.

    Clause: none (safety of files).
    """
    return PurePosixPath(name).suffix.lower().removeprefix(".").strip()
