"""Discarding a draft, after a question."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from apps.contracts.admin.policy_saving import address_of, render, require_editor
from apps.contracts.services.policies import (
    AlreadyPublished,
    DraftGone,
    DraftInUse,
    discard_draft,
)


def discard_view(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Ask whether to discard a draft, and do it when the answer is posted."""
    require_editor(model_admin, request)
    version = model_admin.get_object(request, str(pk))
    if version is None:
        return model_admin._get_obj_does_not_exist_redirect(request, model_admin.opts, str(pk))
    page = address_of(version)
    if request.method != "POST":
        return render(
            model_admin, request, "discard.html", title="Discard", version=version, page=page
        )
    name = str(version)
    try:
        discard_draft(version=version)
    except (AlreadyPublished, DraftInUse, DraftGone) as refusal:
        model_admin.message_user(request, str(refusal), messages.WARNING)
        return HttpResponseRedirect(page)
    model_admin.log_deletions(request, [version])
    model_admin.message_user(request, f"{name} is discarded.", messages.SUCCESS)
    return HttpResponseRedirect(reverse("admin:contracts_policyversion_changelist"))
