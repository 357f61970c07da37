"""The schema's documentation keeps up with the schema."""

import re
from typing import Any, get_args

import pytest

from apps.contracts.policy_file import PolicyFile, read
from apps.contracts.policy_file.parts import Part
from tests.contracts.presets import POLICIES

README = (POLICIES / "README.md").read_text("utf-8")


def tables_in(annotation: Any) -> list[type[Part]]:
    """Return the tables that a field may hold, and those inside them."""
    if isinstance(annotation, type) and issubclass(annotation, Part):
        inner = [field.annotation for field in annotation.model_fields.values()]
        return [annotation, *(table for part in inner for table in tables_in(part))]
    return [table for part in get_args(annotation) for table in tables_in(part)]


def words_in(annotation: Any) -> list[str]:
    """Return the words that a field may hold, where it takes only certain ones."""
    if isinstance(annotation, str):
        return [annotation]
    return [word for part in get_args(annotation) for word in words_in(part)]


TABLES = list(dict.fromkeys(tables_in(PolicyFile)))


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_the_readme_names_every_key_and_every_word_of_a_table(table: type[Part]):
    keys = set(table.model_fields)
    words = {word for field in table.model_fields.values() for word in words_in(field.annotation)}

    missing = [
        word for word in sorted((keys | words) - {""}) if not re.search(rf"\b{word}\b", README)
    ]

    assert missing == []


def test_the_smallest_policy_of_the_walk_through_loads():
    example = re.search(r"```toml\n(.*?)```", README, flags=re.DOTALL)
    assert example

    policy = read(example[1], name="README.md")

    assert sorted(policy.rules.stated()) == [
        "entitlement",
        "resolution",
        "response",
        "severity_change",
    ]
    assert policy.language == "en"


@pytest.mark.parametrize("slug", ["voximplant-premium-2023", "skyswitch-support-2017"])
def test_the_presets_pass_all_checks(slug: str):
    assert read(POLICIES / f"{slug}.toml", name=slug).policy.slug == slug
