"""Files in and out: what staff attach, and downloads that our own site never shows."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from apps.tickets.models import Attachment
from apps.tickets.rules.file_names import ending_of, safe_name
from apps.tickets.services import Upload
from apps.tickets.wording import size

ANYTHING = "application/octet-stream"
# What a mail program shows by itself, or an e-mail in an e-mail: sent as a plain file instead.
_AS_IT_IS = re.compile(r"(?:application|audio|font|image|video)/[a-z0-9][a-z0-9.+-]{0,80}")
_SHOWN = {"application/xhtml+xml", "application/xml", "image/svg+xml"}


def download(attachment: Attachment) -> HttpResponse:
    """Return the file so that no browser shows or runs it in our name."""
    disposition = content_disposition_header(True, safe_name(attachment.name))
    return HttpResponse(
        bytes(attachment.content),
        content_type=ANYTHING,
        headers={
            "Content-Disposition": disposition or "attachment",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "private, no-store",
        },
    )


class SeveralFilesInput(forms.ClearableFileInput):
    """A choice of files, as many as one likes."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Files to attach, each within the limits, as uploads with safe names.

    An upload that :class:`Bounded` cut short is refused as a whole.
    """

    widget = SeveralFilesInput(attrs={"multiple": True, "class": "tk-input"})

    def clean(self, data: Any, initial: Any = None) -> Any:
        files = [each for each in (data or []) if isinstance(each, UploadedFile)]
        problems = problems_of(files)
        if problems:
            problems.append("Nothing was sent. Your text is below: choose the right files anew.")
            raise forms.ValidationError(problems)
        return [upload_of(file) for file in files]


class Bounded(FileUploadHandler):
    """Stops keeping what is sent in files beyond all limits, and goes on with the fields.

    Django's handlers after this one keep small files in memory and large ones on disk; without a
    bound anybody who may post a form could fill the disk.
    """

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._kept = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self._kept += len(raw_data)
        if self._kept > settings.UPLOAD_MAX_BYTES:
            if self.request is not None:
                self.request.META[CUT] = True
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


CUT = "faultline.upload_was_cut"


def take_files(form: forms.Form, request: HttpRequest) -> None:
    """Give a form the files that came with it; one that takes them hears of an upload cut short."""
    form.files = request.FILES
    if request.META.get(CUT) and "attached" in form.fields:
        form.add_error("attached", [too_much(), "Nothing was sent. Your text is below."])


def too_much() -> str:
    """Say how much there may be in all, and what to do."""
    return (
        f"Together the files have more than {size(settings.SENT_FILES_MAX_BYTES)}."
        " Send some of them with another answer, or a link to where they lie."
    )


def problems_of(files: Sequence[UploadedFile]) -> list[str]:
    """Say what keeps each file, and all of them together, from being taken; empty: nothing."""
    problems = [why for file in files for why in _problems(file)]
    if sum(file.size or 0 for file in files) > settings.SENT_FILES_MAX_BYTES:
        problems.append(too_much())
    return problems


def _problems(file: UploadedFile) -> Sequence[str]:
    name = safe_name(file.name or "")
    if ending_of(name) in settings.ATTACHMENTS_REFUSED:
        return [
            f"{name} is a program or a script, which mail servers refuse. Put it into an archive,"
            " or send a link to where it lies."
        ]
    if not file.size:
        return [f"{name} is empty."]
    if file.size > settings.SENT_FILE_MAX_BYTES:
        most = size(settings.SENT_FILE_MAX_BYTES)
        return [f"{name} is larger than {most}. Send a part of it, or a link to where it lies."]
    return []


def upload_of(file: UploadedFile) -> Upload:
    """Return a file that can be taken, with a safe name and type."""
    return Upload(safe_name(file.name or ""), _type_of(file.content_type or ""), file.read())


def _type_of(claimed: str) -> str:
    """Return the type to send a file with: the browser's word, where it can do no harm."""
    known = claimed.lower()
    return known if _AS_IT_IS.fullmatch(known) and known not in _SHOWN else ANYTHING
