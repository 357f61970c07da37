"""What the queue's filters offer: severities, plans and people, in one query a request."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, Value
from django.db.models.functions import Concat
from django.http import HttpRequest

from apps.contracts.models import Plan, PolicyVersion, Severity, User

PUBLISHED = PolicyVersion.State.PUBLISHED


@dataclass(frozen=True, slots=True)
class Choices:
    """Severities as (key, label), the worst first; plans as (key, policy, title); people."""

    severities: Sequence[tuple[int, str]]
    plans: Sequence[tuple[int, str, str]]
    people: Sequence[tuple[str, int]]


def of(request: HttpRequest) -> Choices:
    """Return what is offered on this page, read when the first filter asks."""
    kept: Choices | None = getattr(request, "queue_choices", None)
    if kept is None:
        kept = _read()
        request.queue_choices = kept  # type: ignore[attr-defined]
    return kept


def _read() -> Choices:
    severities = Severity.objects.filter(version__state=PUBLISHED).values_list(
        Value("severity"), F("rank"), F("label"), Value(""), F("pk")
    )
    plans = Plan.objects.filter(version__state=PUBLISHED).values_list(
        Value("plan"), F("version__number"), F("version__policy__title"), F("title"), F("pk")
    )
    full_name = Concat(F("first_name"), Value(" "), F("last_name"))
    people = User.objects.filter(is_staff=True, is_active=True).values_list(
        Value("person"), Value(0), F("username"), full_name, F("pk")
    )
    rows = severities.order_by().union(plans.order_by(), people.order_by(), all=True)
    of_kind: dict[str, list[tuple]] = {"severity": [], "plan": [], "person": []}
    for kind, *row in rows:
        of_kind[kind].append(tuple(row))
    worst_first = sorted((rank, label, pk) for rank, label, _, pk in of_kind["severity"])
    in_order = sorted((policy, number, pk, title) for number, policy, title, pk in of_kind["plan"])
    return Choices(
        severities=[(pk, label) for _, label, pk in worst_first],
        plans=[(pk, policy, title) for policy, _, pk, title in in_order],
        people=sorted((full.strip() or name, pk) for _, name, full, pk in of_kind["person"]),
    )
