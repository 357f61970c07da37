"""What a request names, found among what it may name; and the files that go along."""

import binascii
from base64 import b64decode
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, TypeVar

from django.core.files.uploadedfile import SimpleUploadedFile

from apps.api.door import Problem
from apps.api.shapes.acts import FileSent, NewTicket
from apps.contracts.models import Order, Severity
from apps.contracts.queries.askable import asks_disconnection, categories_of, services_to_name
from apps.contracts.queries.catalogue import catalogue
from apps.tickets.attachments import problems_of, upload_of
from apps.tickets.services import Upload

Row = TypeVar("Row")


def about_of(order: Order, sent: NewTicket) -> dict[str, Any]:
    """Return what a new request is about, as the portal's form has it checked.

    :raises Problem: it names what the order's policy has not, or leaves out what is asked.
    """
    categories = {row.key: row for row in categories_of(order.version_id)}
    if categories and sent.category is None:
        raise _unfit("category", f"Say what it is about. {_there_are(categories)}")
    if sent.is_disconnection and not asks_disconnection(order):
        raise _unfit("is_disconnection", "To this order's policy it makes no difference: leave it.")
    services = {row.key: row for row in services_to_name(order)} if sent.service else {}
    return {
        "severity": severity_of(order.version_id, sent.severity),
        "category": one_of("category", sent.category, categories),
        "service": one_of("service", sent.service, services),
        "is_disconnection": sent.is_disconnection,
    }


def severity_of(version_id: int, key: str) -> Severity:
    """Return a severity of a policy.

    :raises Problem: it has no such one.
    """
    severities = {row.key: row for row in catalogue(version_id).severities}
    found = one_of("severity", key, severities)
    if found is None:
        raise LookupError("A severity is always named.")
    return found


def uploads_of(files: Sequence[FileSent]) -> list[Upload]:
    """Return the files that go along, with safe names.

    :raises Problem: one is no base64, is empty, refused or too large, or all together are.
    """
    taken = []
    for place, file in enumerate(files):
        try:
            content = b64decode(file.content, validate=True)
        except binascii.Error:
            raise _unfit(f"files.{place}.content", "It is no base64.") from None
        taken.append(SimpleUploadedFile(file.name, content, file.content_type))
    problems = problems_of(taken)
    if problems:
        raise _unfit("files", " ".join(problems))
    return [upload_of(file) for file in taken]


def one_of(where: str, key: str | None, rows: Mapping[str, Row]) -> Row | None:
    """Return what a part of a request names; None: nothing.

    :raises Problem: it is not among the rows.
    """
    if key is None:
        return None
    if key not in rows:
        raise _unfit(where, f"“{key}” is not on offer. {_there_are(rows)}")
    return rows[key]


def _there_are(rows: Mapping[str, Any]) -> str:
    return f"There are: {', '.join(rows)}." if rows else "There is none."


def _unfit(where: str, why: str) -> Problem:
    return Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "invalid",
        why,
        more={"errors": [{"where": f"body.{where}", "why": why}]},
    )
