"""Policies: loaded from a file as a draft, edited while they are one, published and frozen."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import ProtectedError

from apps.contracts.models import CalendarRevision, Policy, PolicyVersion, User
from apps.contracts.policy_file import PolicyFile, PolicyFileInvalid, Problem, read
from apps.contracts.services.terms import write_terms

MOST_NAMED = 5  # of what uses a draft, when it is refused


@dataclass(frozen=True, slots=True)
class Loaded:
    """The version that holds a file's terms, and whether this call created it."""

    version: PolicyVersion
    created: bool


class AlreadyPublished(Exception):
    """The version is published: its terms are frozen, and it is no draft to discard."""

    def __init__(self, version: PolicyVersion) -> None:
        super().__init__(f"{version} is already published.")
        self.version = version


class ChangedMeanwhile(Exception):
    """Somebody else changed the draft since it was read."""

    def __init__(self, version: PolicyVersion) -> None:
        super().__init__(f"Somebody else has changed {version} since you opened it.")
        self.version = version


class DraftGone(Exception):
    """Somebody discarded the draft."""

    def __init__(self, version: PolicyVersion) -> None:
        super().__init__(f"{version} was discarded.")


class DraftInUse(Exception):
    """Something names a plan or another term of the draft, so that the terms cannot go."""

    def __init__(self, version: PolicyVersion, refusal: ProtectedError) -> None:
        users = {f"{row._meta.verbose_name} {row}" for row in refusal.protected_objects}
        super().__init__(
            f"{version} is used by {', '.join(sorted(users)[:MOST_NAMED])}. "
            "Choose another version there first."
        )
        self.version = version


@transaction.atomic
def load_policy(*, text: str, name: str, at: datetime) -> Loaded:
    """Write the terms of a policy file as a new draft version.

    If a version of the policy holds the same terms, whatever the layout of its file, that version
    is returned and nothing is written. ``name`` is how problems call the file.

    :raises PolicyFileInvalid: the file is wrong; nothing is written.
    """
    terms = read(text, name=name)
    digest = digest_of(terms)
    # Of two who load at once, one waits here and then finds the other's version.
    policy, _ = Policy.objects.select_for_update().get_or_create(
        slug=terms.policy.slug,
        defaults={"provider": terms.policy.provider, "title": terms.policy.title},
    )
    same = policy.versions.filter(digest=digest).first()
    if same:
        return Loaded(version=same, created=False)

    newest = policy.versions.order_by("-number").first()
    version = PolicyVersion(policy=policy, number=newest.number + 1 if newest else 1)
    _fill(version, terms, text=text, at=at)
    return Loaded(version=version, created=True)


@transaction.atomic
def replace_draft(
    *, version: PolicyVersion, text: str, name: str, seen: str, at: datetime
) -> PolicyVersion:
    """Put a policy file in the place of a draft's terms. It keeps its number and stays a draft.

    ``seen`` is the mark of the source that the change began from; see :func:`mark_of`. ``name`` is
    how problems call the file.

    :raises PolicyFileInvalid: the file is wrong, is another policy's, or another version holds the
        same terms; nothing is written.
    :raises ChangedMeanwhile: the draft's source is not the one that was seen.
    :raises AlreadyPublished: it is no draft any more.
    :raises DraftGone: somebody discarded it.
    :raises DraftInUse: an order names a plan of it.
    """
    terms = read(text, name=name)
    # The same lock as for loading: no other version can come to hold these terms meanwhile.
    policy = Policy.objects.select_for_update().get(pk=version.policy_id)
    draft = _locked_draft(version)
    if mark_of(draft.source) != seen:
        raise ChangedMeanwhile(draft)
    _require_a_new_text(terms, draft, policy, name=name)
    if draft.digest == digest_of(terms):  # comments or the layout alone
        draft.source, draft.loaded_at = text, at
        draft.save(update_fields=["source", "loaded_at"])
        return draft
    try:
        # Every term rests on a clause, and goes with it.
        draft.clauses.all().delete()
    except ProtectedError as refusal:
        raise DraftInUse(draft, refusal) from refusal
    _fill(draft, terms, text=text, at=at)
    return draft


def mark_of(source: str) -> str:
    """Return what tells one source from another, comments included: its SHA-256."""
    return hashlib.sha256(source.encode()).hexdigest()


def digest_of(terms: PolicyFile) -> str:
    """Return the SHA-256 of the terms: layout, comments and the order of keys do not count.

    A term that is stated as its default counts as unstated, so that a file keeps its digest when
    the schema learns a new optional term.
    """
    content = terms.model_dump(mode="json", exclude_defaults=True)
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


@transaction.atomic
def publish(
    *, version: PolicyVersion, by: User | None, at: datetime, seen: str | None = None
) -> None:
    """Publish a draft. From then on the database refuses any change to its terms.

    ``seen`` is the mark of the source that a person looked at; see :func:`mark_of`.

    :raises AlreadyPublished: somebody was faster.
    :raises ChangedMeanwhile: the draft's source is not the one that was seen.
    :raises DraftGone: somebody discarded it.
    """
    if seen is not None and mark_of(_locked_draft(version).source) != seen:
        raise ChangedMeanwhile(version)
    published = PolicyVersion.objects.filter(pk=version.pk, state=PolicyVersion.State.DRAFT).update(
        state=PolicyVersion.State.PUBLISHED, published_at=at, published_by=by
    )
    if not published:
        raise AlreadyPublished(version)
    CalendarRevision.objects.filter(calendar__version=version, published_at=None).update(
        published_at=at
    )
    version.refresh_from_db()
    Policy.objects.filter(pk=version.policy_id).update(
        provider=version.provider, title=version.title
    )


@transaction.atomic
def discard_draft(*, version: PolicyVersion) -> None:
    """Delete a draft and its terms.

    :raises AlreadyPublished: it is no draft any more.
    :raises DraftGone: somebody was faster.
    :raises DraftInUse: an order names it.
    """
    draft = _locked_draft(version)
    try:
        draft.delete()
    except ProtectedError as refusal:
        raise DraftInUse(version, refusal) from refusal


def _locked_draft(version: PolicyVersion) -> PolicyVersion:
    """Return the draft as it is now, locked, or refuse: it is published, or gone."""
    draft = PolicyVersion.objects.select_for_update().filter(pk=version.pk).first()
    if draft is None:
        raise DraftGone(version)
    if draft.state != PolicyVersion.State.DRAFT:
        raise AlreadyPublished(draft)
    return draft


def _require_a_new_text(
    terms: PolicyFile, draft: PolicyVersion, policy: Policy, *, name: str
) -> None:
    """Refuse a file of another policy, and terms that another version of this one holds."""
    same = policy.versions.filter(digest=digest_of(terms)).exclude(pk=draft.pk).first()
    if terms.policy.slug != policy.slug:
        text = f'a draft stays with its policy, "{policy.slug}": load this file as one of its own'
        raise PolicyFileInvalid([Problem(name, "policy.slug", "", text)])
    if same:
        raise PolicyFileInvalid([Problem(name, "", "", f"{same} holds the same terms already")])


def _fill(version: PolicyVersion, terms: PolicyFile, *, text: str, at: datetime) -> None:
    """Write the terms of a file under a draft that has none."""
    version.provider = terms.policy.provider
    version.title = terms.policy.title
    version.dated_on = terms.policy.dated_on
    version.time_zone = terms.policy.time_zone
    version.currency = terms.policy.currency
    version.language = terms.language
    version.support_address = terms.policy.support_address
    version.standard_calendar = terms.policy.standard_calendar
    version.warn_at_percent = terms.policy.warn_at_percent
    version.digest = digest_of(terms)
    version.source = text
    version.loaded_at = at
    version.save()
    write_terms(terms, version)
