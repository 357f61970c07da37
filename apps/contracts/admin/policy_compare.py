"""Two versions side by side: what changed, by clause."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from apps.contracts.admin.policy_difference import chapters_of
from apps.contracts.admin.policy_hours import hours_left
from apps.contracts.admin.policy_saving import NAME, address_of, render
from apps.contracts.models import PolicyVersion
from apps.contracts.policy_file import read
from apps.contracts.queries.names import names_of

MOST_VERSIONS = 200  # that are offered to compare with; the newest


def compare_view(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Show what differs from an earlier version, or from any other that is chosen."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    version = model_admin.get_object(request, str(pk))
    if version is None:
        return model_admin._get_obj_does_not_exist_redirect(request, model_admin.opts, str(pk))
    others = list(
        PolicyVersion.objects.exclude(pk=version.pk)
        .select_related("policy")
        .defer("source")
        .order_by("policy__title", "-number")[:MOST_VERSIONS]
    )
    other = _chosen(request, version, others)
    names = names_of([version, *others])
    for each in [version, *others]:
        each.called = names[each.pk]  # type: ignore[attr-defined]
    wanted = request.GET.get("with", "")
    if wanted and str(getattr(other, "pk", "")) != wanted:
        mine = names[version.pk]
        note = f"There is no version “{wanted[:40]}” to compare {mine} with. Choose one here."
        model_admin.message_user(request, note, messages.WARNING)
    chapters = (
        chapters_of(read(other.source, name=NAME), read(version.source, name=NAME)) if other else []
    )
    return render(
        model_admin,
        request,
        "compare.html",
        title=f"Compare {names[version.pk]}",
        version=version,
        page=address_of(version),
        other=other,
        other_page=address_of(other) if other else "",
        others=others,
        changed=[chapter for chapter in chapters if chapter.terms],
        same=[chapter for chapter in chapters if chapter.same],
        count=sum(len(chapter.terms) for chapter in chapters),
        same_count=sum(len(chapter.same) for chapter in chapters),
        may_edit=model_admin.has_act_permission(request),
        **hours_left(version),
    )


def _chosen(
    request: HttpRequest, version: PolicyVersion, others: list[PolicyVersion]
) -> PolicyVersion | None:
    """Return the version that is asked for, else the one before of this policy, else any."""
    wanted = request.GET.get("with", "")
    asked = [other for other in others if str(other.pk) == wanted]
    own = [other for other in others if other.policy_id == version.policy_id]
    earlier = [other for other in own if other.number < version.number]
    return next(iter([*asked, *earlier, *own, *others]), None)
