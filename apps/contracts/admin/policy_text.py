"""A policy as text: uploaded or typed, checked, loaded as a draft, or put in a draft's place."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from apps.contracts.admin.policy_forms import SECTIONS
from apps.contracts.admin.policy_saving import (
    NAME,
    Saved,
    address_of,
    render,
    require_editor,
    save,
    tell_and_leave,
)
from apps.contracts.models import PolicyVersion
from apps.contracts.policy_file import PolicyFileInvalid, Problem, read, text_in
from apps.contracts.policy_file.places import line_of, lines_of
from apps.contracts.policy_file.read import MOST_BYTES
from apps.contracts.services.policies import mark_of

FEWEST_LINES = 24


def load_view(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """Take a file or a text, and load it as a new draft."""
    require_editor(model_admin, request)
    return _answer(model_admin, request, base=None)


def edit_view(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Edit a draft's file; of a published version, a copy that becomes a new draft."""
    require_editor(model_admin, request)
    version = model_admin.get_object(request, str(pk))
    if version is None:
        return model_admin._get_obj_does_not_exist_redirect(request, model_admin.opts, str(pk))
    return _answer(model_admin, request, base=version)


def _answer(model_admin: Any, request: HttpRequest, *, base: PolicyVersion | None) -> HttpResponse:
    if request.method != "POST":
        text = base.source if base else ""
        return _page(model_admin, request, base, text, seen=mark_of(text))
    text, problems = _given(request)
    seen = request.POST.get("seen", "")
    if problems or request.POST.get("act") == "check":
        found = problems or _problems_of(text)
        return _page(
            model_admin, request, base, text, seen=seen, problems=found, is_right=not found
        )
    saved = save(base=base, text=text, seen=seen)
    if saved.version:
        return tell_and_leave(model_admin, request, saved, base=base)
    if saved.changed_by_others and base:
        base.refresh_from_db()
        seen = mark_of(base.source)
    return _page(model_admin, request, base, text, seen=seen, problems=saved.problems, saved=saved)


def _given(request: HttpRequest) -> tuple[str, list[Problem]]:
    """Return the text that was uploaded, or else typed, and why a file has none.

    An uploaded file is taken byte for byte; a browser ends the lines of what is typed its own way.
    """
    upload = request.FILES.get("file")
    if upload is None:
        return request.POST.get("text", "").replace("\r\n", "\n"), []
    name = str(upload.name)
    if (upload.size or 0) > MOST_BYTES:
        size = f"is larger than the {MOST_BYTES:,} bytes that a policy may have"
        return request.POST.get("text", ""), [Problem(name, "", "", size)]
    content = upload.read()
    try:
        return text_in(content, name=name), []
    except PolicyFileInvalid as refusal:
        # Shown all the same: what could not be read stands there as a mark.
        return content.decode("utf-8", errors="replace").replace("\0", "\ufffd"), refusal.problems


def _problems_of(text: str) -> list[Problem]:
    try:
        read(text, name=NAME)
    except PolicyFileInvalid as refusal:
        return refusal.problems
    return []


def _page(
    model_admin: Any,
    request: HttpRequest,
    base: PolicyVersion | None,
    text: str,
    *,
    seen: str,
    problems: list[Problem] | None = None,
    is_right: bool = False,
    saved: Saved | None = None,
) -> HttpResponse:
    lines = lines_of(text)
    count = max(FEWEST_LINES, text.count("\n") + 1)
    return render(
        model_admin,
        request,
        "text.html",
        title="Load a policy" if base is None else f"Edit {base} as text",
        version=base,
        page=address_of(base) if base else "",
        is_draft=base is not None and base.state == PolicyVersion.State.DRAFT,
        sections=[(key, name) for key, (name, _) in SECTIONS.items()],
        text=text,
        seen=seen,
        count=count,
        numbers=range(1, count + 1),
        problems=[
            (problem, line_of(lines, key=problem.key, said=problem.text))
            for problem in problems or []
        ],
        is_right=is_right,
        refusal=saved.refusal if saved else "",
        changed_by_others=saved is not None and saved.changed_by_others,
        most_bytes=MOST_BYTES // 1024,
    )
