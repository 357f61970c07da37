"""Reading a policy file: all of it is right, or all that is wrong is said at once."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError

from apps.contracts.policy_file import checks, references
from apps.contracts.policy_file.problems import Finding, PolicyFileInvalid, Problem, place_in
from apps.contracts.policy_file.shape import PolicyFile
from apps.contracts.policy_file.words import findings_of

MOST_BYTES = 512 * 1024  # many times the largest policy that we know
BYTE_ORDER_MARK = "\ufeff"  # what some editors of Windows begin a file with
MOST_IN_A_LINE = 4000  # characters; tomllib takes minutes over a key of a hundred thousand dots


def text_of(path: Path, *, name: str) -> str:
    """Return the text of a policy file.

    :raises PolicyFileInvalid: it cannot be read, is too large, or is not UTF-8.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _refusal(name, f"is larger than the {MOST_BYTES:,} bytes that a policy may have")
        return text_in(path.read_bytes(), name=name)
    except OSError as error:
        raise _refusal(name, f"cannot be read: {error.strerror}") from error


def text_in(content: bytes, *, name: str) -> str:
    """Return the text of a policy file's bytes; encoded again, they are the same bytes.

    :raises PolicyFileInvalid: they are too many, or not UTF-8.
    """
    if len(content) > MOST_BYTES:
        raise _refusal(name, f"is larger than the {MOST_BYTES:,} bytes that a policy may have")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _refusal(name, f"is not UTF-8: see the byte at {error.start}") from error


def read(source: Path | str, *, name: str) -> PolicyFile:
    """Return a policy from the path of its file, or from its text.

    ``name`` is how the problems call the file.

    :raises PolicyFileInvalid: with all problems, in the file's order. A check between parts of the
        file waits while one of them has the wrong shape.
    """
    text = text_of(source, name=name) if isinstance(source, Path) else source
    document = document_of(text, name=name)
    try:
        policy = PolicyFile.model_validate(document)
        found = []
        parts = {part: getattr(policy, part) for part in PolicyFile.model_fields}
    except ValidationError as error:
        found = findings_of(error, document)
        parts = _whole_parts(document)
    found += _between(parts)
    if found:
        found.sort(key=lambda finding: place_in(document, finding.path))
        raise PolicyFileInvalid([one.problem(file=name, document=document) for one in found])
    return policy


def document_of(text: str, *, name: str) -> dict[str, Any]:
    """Return what the text says as TOML, whether or not that is a policy.

    :raises PolicyFileInvalid: it is no TOML, or larger than a policy may be.
    """
    text = text.removeprefix(BYTE_ORDER_MARK)
    if len(text) > MOST_BYTES:
        raise _refusal(name, f"is larger than the {MOST_BYTES:,} bytes that a policy may have")
    for number, line in enumerate(text.splitlines(), start=1):
        if len(line) > MOST_IN_A_LINE:
            raise _refusal(name, f"line {number} has more than {MOST_IN_A_LINE:,} characters")
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise _refusal(name, "is nested too deeply") from error
    except ValueError as error:  # tomllib has one of its own, and passes on others
        raise _refusal(name, f"is not TOML: {error}") from error


def _whole_parts(document: dict[str, Any]) -> dict[str, Any]:
    """Return the parts that have the right shape, unknown keys aside."""
    parts = {}
    for name, field in PolicyFile.model_fields.items():
        part = document.get(name, [] if not field.is_required() else None)
        shape: Any = Annotated[field.annotation, field]
        try:
            parts[name] = TypeAdapter(shape).validate_python(part, extra="ignore")
        except ValidationError:
            continue
    return parts


def _between(parts: dict[str, Any]) -> Iterator[Finding]:
    """Yield what is wrong between the parts of the file."""
    yield from checks.findings(parts)
    whole = TypeAdapter(dict[str, Any]).dump_python(parts)
    yield from references.unknown_references(whole)
    yield from references.unknown_citations(whole)
    if parts.keys() == PolicyFile.model_fields.keys():
        yield from references.unused_calendars(whole)


def _refusal(name: str, text: str) -> PolicyFileInvalid:
    return PolicyFileInvalid([Problem(file=name, key="", clause="", text=text)])
