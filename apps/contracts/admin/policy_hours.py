"""Hours that a draft would leave behind: brought along into its file on request."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from apps.contracts.admin.policy_forms import COMMENTS_LOST
from apps.contracts.admin.policy_saving import address_of, require_editor
from apps.contracts.models import PolicyVersion
from apps.contracts.policy_file import PolicyFileInvalid
from apps.contracts.services.calendar_carry import bring_hours, left_behind
from apps.contracts.services.policies import (
    AlreadyPublished,
    ChangedMeanwhile,
    DraftGone,
    DraftInUse,
    mark_of,
)

REFUSALS = (AlreadyPublished, ChangedMeanwhile, DraftGone, DraftInUse, PolicyFileInvalid)


def hours_left(version: PolicyVersion) -> dict[str, Any]:
    """Return what a page shows of the hours that a draft would leave behind."""
    return {
        "left_behind": left_behind(version),
        "left_seen": mark_of(version.source),
        "bring_url": reverse("admin:contracts_policyversion_bring_hours", args=[version.pk]),
    }


def bring_view(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """State the hours in the draft's file, and show what that changed."""
    require_editor(model_admin, request)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    version = model_admin.get_object(request, str(pk))
    if version is None:
        return model_admin._get_obj_does_not_exist_redirect(request, model_admin.opts, str(pk))
    try:
        kept = bring_hours(version=version, seen=request.POST.get("seen", ""), at=timezone.now())
    except REFUSALS as refusal:
        model_admin.message_user(request, str(refusal), messages.WARNING)
        return HttpResponseRedirect(address_of(version))
    model_admin.log_change(request, version, "Hours brought along.")
    text = f"The hours in force are stated in {version} now. This is what changes with it."
    model_admin.message_user(request, text, messages.SUCCESS)
    if not kept:
        model_admin.message_user(request, COMMENTS_LOST, messages.WARNING)
    return HttpResponseRedirect(reverse("admin:contracts_policyversion_compare", args=[pk]))
