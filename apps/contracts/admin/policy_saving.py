"""Saving an edited policy file: into its draft, or as a new draft of a published version."""

from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from apps.contracts.models import PolicyVersion
from apps.contracts.policy_file import PolicyFileInvalid, Problem
from apps.contracts.services.policies import (
    AlreadyPublished,
    ChangedMeanwhile,
    DraftGone,
    DraftInUse,
    load_policy,
    replace_draft,
)

NAME = "policy.toml"  # what problems call a text that was typed


@dataclass(frozen=True, slots=True)
class Saved:
    """The version that now holds the text, or why none does."""

    version: PolicyVersion | None = None
    created: bool = False
    problems: list[Problem] = field(default_factory=list)
    refusal: str = ""
    changed_by_others: bool = False


def save(*, base: PolicyVersion | None, text: str, seen: str) -> Saved:
    """Put the text in the place of a draft's, or load it as a new draft; say what is in the way."""
    now = timezone.now()
    try:
        if base is None or base.state == PolicyVersion.State.PUBLISHED:
            loaded = load_policy(text=text, name=NAME, at=now)
            return Saved(loaded.version, created=loaded.created)
        version = replace_draft(version=base, text=text, name=NAME, seen=seen, at=now)
        return Saved(version)
    except PolicyFileInvalid as refusal:
        return Saved(problems=refusal.problems)
    except ChangedMeanwhile as refusal:
        return Saved(refusal=str(refusal), changed_by_others=True)
    except (AlreadyPublished, DraftGone, DraftInUse) as refusal:
        return Saved(refusal=str(refusal))


def tell_and_leave(
    model_admin: Any, request: HttpRequest, saved: Saved, *, base: PolicyVersion | None
) -> HttpResponse:
    """Say what was saved and go to its page."""
    version = saved.version
    is_new = base is None or base.state == PolicyVersion.State.PUBLISHED
    if version is None:
        raise ValueError("nothing was saved")
    if not is_new:
        model_admin.log_change(request, version, "Draft edited.")
        model_admin.message_user(request, f"{version} is saved. It is still a draft.")
    elif saved.created:
        model_admin.log_addition(request, version, "Loaded as a draft.")
        model_admin.message_user(request, f"{version} is a new draft.", messages.SUCCESS)
    else:
        note = f"{version} holds these terms already; nothing was written."
        model_admin.message_user(request, note, messages.INFO)
    return HttpResponseRedirect(address_of(version))


def address_of(version: PolicyVersion) -> str:
    return reverse("admin:contracts_policyversion_change", args=[version.pk])


def require_editor(model_admin: Any, request: HttpRequest) -> None:
    """Let nobody edit who may not.

    :raises PermissionDenied: contracts.change_policyversion is missing.
    """
    if not model_admin.has_act_permission(request):
        raise PermissionDenied


def render(
    model_admin: Any, request: HttpRequest, template: str, *, title: str, **context: Any
) -> TemplateResponse:
    """Return a page of the policy editor, with the admin's frame around it."""
    frame = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": title,
        "media": model_admin.media,
    }
    return TemplateResponse(
        request, f"admin/contracts/policyversion/{template}", {**frame, **context}
    )
