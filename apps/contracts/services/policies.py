"""Policies: loaded from a file as a draft, then published and frozen."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from apps.contracts.models import CalendarRevision, Policy, PolicyVersion, User
from apps.contracts.policy_file import PolicyFile, read
from apps.contracts.services.terms import write_terms


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
    version = PolicyVersion.objects.create(
        policy=policy,
        number=newest.number + 1 if newest else 1,
        provider=terms.policy.provider,
        title=terms.policy.title,
        dated_on=terms.policy.dated_on,
        time_zone=terms.policy.time_zone,
        currency=terms.policy.currency,
        language=terms.language,
        support_address=terms.policy.support_address,
        standard_calendar=terms.policy.standard_calendar,
        warn_at_percent=terms.policy.warn_at_percent,
        digest=digest,
        source=text,
        loaded_at=at,
    )
    write_terms(terms, version)
    return Loaded(version=version, created=True)


def digest_of(terms: PolicyFile) -> str:
    """Return the SHA-256 of the terms: layout, comments and the order of keys do not count.

    A term that is stated as its default counts as unstated, so that a file keeps its digest when
    the schema learns a new optional term.
    """
    content = terms.model_dump(mode="json", exclude_defaults=True)
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


@transaction.atomic
def publish(*, version: PolicyVersion, by: User | None, at: datetime) -> None:
    """Publish a draft. From then on the database refuses any change to its terms.

    :raises AlreadyPublished: somebody was faster.
    """
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
    """
    draft = PolicyVersion.objects.select_for_update().filter(
        pk=version.pk, state=PolicyVersion.State.DRAFT
    )
    if not draft:
        raise AlreadyPublished(version)
    draft.delete()
