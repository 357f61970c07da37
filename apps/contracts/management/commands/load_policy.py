"""`manage.py load_policy FILE`: read a policy file into a draft version."""

from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.contracts import services
from apps.contracts.management.instant import add_at
from apps.contracts.models import PolicyVersion
from apps.contracts.policy_file import PolicyFileInvalid, text_of


class Command(BaseCommand):
    help = "Load a policy file as a draft version. The same terms twice are loaded once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--publish", action="store_true", help="publish the version as well")
        add_at(parser)

    def handle(self, *, file: Path, publish: bool, at: datetime, **options: Any) -> None:
        try:
            text = text_of(file, name=str(file))
            loaded = services.load_policy(text=text, name=str(file), at=at)
        except PolicyFileInvalid as refusal:
            lines = "\n".join(f"  {problem}" for problem in refusal.problems)
            raise CommandError(f"nothing was loaded from {file}:\n{lines}") from refusal
        version = loaded.version
        if loaded.created:
            self.stdout.write(f"Loaded {file} as {version}, a draft.")
        else:
            self.stdout.write(f"{version} holds these terms already; nothing was written.")
        if version.state == PolicyVersion.State.DRAFT and publish:
            services.publish(version=version, by=None, at=at)
            self.stdout.write(f"Published {version}. Its terms are frozen.")
        elif version.state == PolicyVersion.State.DRAFT:
            number = f"{version.policy.slug} {version.number}"
            self.stdout.write(f"Publish it with: manage.py publish {number}")
