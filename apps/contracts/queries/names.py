"""What policies are called where two of them bear the same title."""

from collections.abc import Iterable

from apps.contracts.models import PolicyVersion


def name_of(version: PolicyVersion) -> str:
    """Return what a version is called; with its policy's key if another's bears the title too."""
    return _told(version, shared_titles([version.title]))


def names_of(versions: Iterable[PolicyVersion]) -> dict[int, str]:
    """Return version -> what it is called, in one query. Their policies are to be read already."""
    every = list(versions)
    shared = shared_titles({version.title for version in every})
    return {version.pk: _told(version, shared) for version in every}


def shared_titles(titles: Iterable[str]) -> set[str]:
    """Return those of the titles that versions of more than one policy bear."""
    rows = PolicyVersion.objects.filter(title__in=titles)
    policies: dict[str, set[int]] = {}
    for title, policy in rows.order_by().values_list("title", "policy").distinct():
        policies.setdefault(title, set()).add(policy)
    return {title for title, found in policies.items() if len(found) > 1}


def _told(version: PolicyVersion, shared: set[str]) -> str:
    return f"{version} ({version.policy.slug})" if version.title in shared else str(version)
