"""Whether a mail asks for the person in charge, and on what ground.

Clause: V-9.1, V-9.2, S-7.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

# “Escalation: …”, “ESCALATE FL-000012”, “[FL-000012] Escalation”; but “Escalation of privileges”
# is somebody's subject, and “Re: …” an answer.
_ASKS = re.compile(
    r"\s*(?:\[[^\]]{1,60}\]\s*)?(?:escalation|escalate)(?!\w)(?:\s+(?:request|ticket|of|for))*\s*(.*)",
    re.IGNORECASE | re.DOTALL,
)
_ENDS = ":-–—,.!#("
_WORD = re.compile(r"[^\W_]+")
_SUB_ADDRESS = re.compile(r"([^@+]+)\+escalat(?:e|ion)@(.+)", re.IGNORECASE)
# “Ground: The response is late”, on a line of its own.
_LINE = re.compile(
    r"^[ \t>*]*(?:ground|reason)[ \t]*[:=][ \t]*(\S.*)$", re.IGNORECASE | re.MULTILINE
)


def asks_in_subject(subject: str, *, prefix: str) -> bool:
    """Tell whether a subject says that a ticket is escalated. ``prefix`` is that of our numbers.

    Clause: V-9.2, S-7.
    """
    found = _ASKS.fullmatch(subject)
    if found is None:
        return False
    rest = found[1]
    number = rf"\[?(?ai:{re.escape(prefix)})-?[0-9]"
    return not rest or rest[0] in _ENDS or re.match(number, rest) is not None


def escalation_mailboxes(addresses: Iterable[str]) -> list[str]:
    """Return the mailboxes whose sub-address for escalations was written to, such as
    help+escalation@example.com for help@example.com.

    Clause: V-9.2, S-7.
    """
    found = (_SUB_ADDRESS.fullmatch(address) for address in addresses)
    return [f"{each[1]}@{each[2]}".lower() for each in found if each]


def grounds_named(subject: str, text: str, *, grounds: Mapping[str, str]) -> Sequence[str]:
    """Return the keys of the grounds that a mail names; ``grounds`` is key -> label.

    What stands on a line “Ground: …” has the last word. Without one, keys and labels are looked
    for anywhere. More than one: the sender has to say which.

    Clause: V-9.1, V-9.2.
    """
    written = [line.strip() for line in _LINE.findall(text)]
    for where in filter(None, ["\n".join(written), f"{subject}\n{text}"]):
        named = [key for key, label in grounds.items() if _names(where, key, label)]
        if named:
            return named
    return []


def _names(where: str, key: str, label: str) -> bool:
    plain = _plain(where)
    return any(f" {words} " in plain for words in (_plain(key).strip(), _plain(label).strip()))


def _plain(text: str) -> str:
    """Return the words of a text, so that neither case nor marks nor line ends matter."""
    return f" {' '.join(_WORD.findall(text.casefold()))} "
