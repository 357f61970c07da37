"""A policy by form: targets, fees, rules, severities, lists and the policy's own figures."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse

from apps.contracts.admin.policy_prices import Prices
from apps.contracts.admin.policy_saving import (
    NAME,
    Saved,
    address_of,
    render,
    require_editor,
    save,
    tell_and_leave,
)
from apps.contracts.admin.policy_sections import PLAIN, Section
from apps.contracts.admin.policy_targets import Targets
from apps.contracts.models import PolicyVersion
from apps.contracts.policy_file import PolicyFileInvalid, document_of, read
from apps.contracts.policy_file.rewrite import rewritten
from apps.contracts.services.policies import mark_of

SECTIONS: dict[str, tuple[str, type[Section]]] = {
    "targets": ("Targets", Targets),
    "fees": ("Fees", Prices),
    **PLAIN,
}
COMMENTS_LOST = (
    "The change was more than other values on some lines: the file was laid out anew, and its "
    "comments are gone."
)


@dataclass(frozen=True, slots=True)
class Opened:
    """A part of a version's file as a form, over the text that it was opened with."""

    version: PolicyVersion
    section: str
    form: Section
    source: str


def form_view(model_admin: Any, request: HttpRequest, pk: int, section: str) -> HttpResponse:
    """Show a part of the policy as a form, and save what was typed."""
    require_editor(model_admin, request)
    version = model_admin.get_object(request, str(pk))
    if version is None:
        return model_admin._get_obj_does_not_exist_redirect(request, model_admin.opts, str(pk))
    if section not in SECTIONS:
        raise Http404
    if request.method == "POST":
        return _answer(model_admin, request, version, section)
    form = SECTIONS[section][1](document_of(version.source, name=NAME))
    return _page(model_admin, request, Opened(version, section, form, version.source))


def _answer(
    model_admin: Any, request: HttpRequest, version: PolicyVersion, section: str
) -> HttpResponse:
    """Save; where that is refused, show the form over the text that it was opened with."""
    source = _opened_with(request, version)
    form = SECTIONS[section][1](document_of(source, name=NAME))
    form.take({name: str(value) for name, value in request.POST.items()})
    text, kept_comments = rewritten(source, form.changed())
    saved = save(base=version, text=text, seen=request.POST.get("seen", ""))
    if saved.version is None:
        return _page(model_admin, request, Opened(version, section, form, source), saved=saved)
    if not kept_comments:
        model_admin.message_user(request, COMMENTS_LOST, messages.WARNING)
    return tell_and_leave(model_admin, request, saved, base=version)


def _opened_with(request: HttpRequest, version: PolicyVersion) -> str:
    """Return the file that the form was opened with: what was typed belongs to its rows.

    The page carries it along. Where nobody changed it since, the version's own is the same, but
    for the ends of lines, which browsers change.
    """
    if request.POST.get("seen") == mark_of(version.source):
        carried = request.POST.get("source", "").replace("\r\n", "\n")
        if carried in ("", version.source.replace("\r\n", "\n")):
            return version.source
    source = request.POST.get("source", "").replace("\r\n", "\n")
    try:
        read(source, name=NAME)
    except PolicyFileInvalid:
        return version.source
    return source


def _page(
    model_admin: Any,
    request: HttpRequest,
    opened: Opened,
    *,
    saved: Saved | None = None,
) -> HttpResponse:
    saved = saved or Saved()
    version, section, form, source = opened.version, opened.section, opened.form, opened.source
    seen = request.POST.get("seen", "") or mark_of(source)
    if saved.changed_by_others:
        version.refresh_from_db()
        seen = mark_of(version.source)  # whoever saves again knows what they replace
    return render(
        model_admin,
        request,
        "form.html",
        title=f"Edit {version}",
        version=version,
        page=address_of(version),
        is_draft=version.state == PolicyVersion.State.DRAFT,
        sections=[(key, name) for key, (name, _) in SECTIONS.items()],
        section=section,
        heading=SECTIONS[section][0],
        form=form,
        matrix=form.matrix() if isinstance(form, Targets) else None,
        plans=[plan["title"] for plan in form.document["plans"]],
        source=source,
        seen=seen,
        problems=form.place(saved.problems),
        refusal=saved.refusal,
        changed_by_others=saved.changed_by_others,
        has_comments="#" in source,
    )
