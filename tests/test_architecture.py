"""House rules that a machine can check."""

import ast
from pathlib import Path

import pytest
from django.db import connection

from tests.database import touches_database

ROOT = Path(__file__).parent.parent
RULES = sorted(path for path in ROOT.glob("apps/*/rules/**/*.py"))
SOURCES = sorted(path for path in ROOT.glob("apps/**/*.py") if "migrations" not in path.parts)
FORBIDDEN = {"utils", "helpers", "common", "managers", "signals", "exceptions", "constants"}


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", RULES, ids=named)
def test_every_rule_cites_its_clause(path):
    module = ast.parse(path.read_text())
    functions = [
        node
        for node in module.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]

    uncited = [
        getattr(node, "name", "module")
        for node in [module, *functions]
        if "Clause:" not in (ast.get_docstring(node) or "")
    ]

    assert uncited == []


def test_rules_are_shown_without_a_database(request):
    shown = [item for item in request.session.items if "rules" in item.path.parts]

    assert [item.nodeid for item in shown if touches_database(item)] == []


def test_what_is_not_said_to_touch_the_database_cannot(request):
    assert not touches_database(request.node)
    with pytest.raises(RuntimeError, match="Database access not allowed"):
        connection.ensure_connection()


def test_no_module_is_a_drawer_for_everything():
    assert [named(path) for path in SOURCES if path.stem in FORBIDDEN] == []


def test_no_source_file_is_over_400_lines():
    files = [*SOURCES, *ROOT.glob("tests/**/*.py"), *ROOT.glob("config/*.py")]

    assert [named(path) for path in files if len(path.read_text().splitlines()) > 400] == []


def test_only_the_settings_read_the_environment():
    readers = [named(path) for path in SOURCES if {"os.environ", "getenv"} & set(_attributes(path))]

    assert readers == []


def test_the_clock_is_read_at_the_edges_only():
    edges = {
        "management",
        "admin",
        "tasks.py",
        "views.py",
        "views",
        "admin.py",
        "templatetags",
        "middleware.py",
        "adapter.py",
        "door",
        "endpoints",
        "home.py",
        "on_call_views.py",
        "gap_views.py",
    }
    readers = [
        named(path)
        for path in SOURCES
        if "timezone.now" in _attributes(path) and not edges & set(path.parts)
    ]

    assert readers == []


def test_no_code_knows_a_providers_name():
    files = [*SOURCES, *ROOT.glob("config/*.py"), *ROOT.glob("templates/**/*.*")]
    names = ("voximplant", "skyswitch")

    assert [
        named(path) for path in files if any(name in path.read_text().lower() for name in names)
    ] == []


def _attributes(path: Path) -> list[str]:
    return [
        ast.unparse(node)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
    ]
