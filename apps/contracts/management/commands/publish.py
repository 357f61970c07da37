"""`manage.py publish SLUG [NUMBER]`: publish a draft version of a policy."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.contracts import services
from apps.contracts.management.instant import add_at
from apps.contracts.models import PolicyVersion, User


class Command(BaseCommand):
    help = "Publish a draft version of a policy. From then on its terms are frozen."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("number", type=int, nargs="?", help="the newest draft unless stated")
        parser.add_argument("--by", metavar="USERNAME", help="who publishes it")
        add_at(parser)

    def handle(
        self, *, slug: str, number: int | None, by: str | None, at: datetime, **options: Any
    ) -> None:
        version, user = _version(slug, number), _user(by)
        try:
            services.publish(version=version, by=user, at=at)
        except services.AlreadyPublished as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"Published {version}. Its terms are frozen.")


def _version(slug: str, number: int | None) -> PolicyVersion:
    versions = PolicyVersion.objects.filter(policy__slug=slug).order_by("-number")
    if not versions:
        raise CommandError(f'There is no policy "{slug}". Load one with manage.py load_policy.')
    wanted = versions.filter(number=number) if number else versions.filter(state="DRAFT")
    version = wanted.first()
    if version is None and number:
        raise CommandError(f'"{slug}" has no version {number}.')
    if version is None:
        raise CommandError(f'"{slug}" has no draft. Load one with manage.py load_policy.')
    return version


def _user(username: str | None) -> User | None:
    if not username:
        return None
    user = User.objects.filter(username=username).first()
    if user is None:
        raise CommandError(f'There is no user "{username}".')
    return user
