"""The matrix of clauses finds the marks of tests, wherever they stand."""

import pytest

from apps.backoffice.clauses import matrix

POLICY = '[[clauses]]\nref = "V-8.1"\ntitle = "Mail"\n\n[[clauses]]\nref = "V-9"\ntitle = "Else"\n'
MARKED = """
import pytest

pytestmark = {}


@pytest.mark.clause("V-9")
def test_it():
    other = pytest.mark.clause("V-9")
"""


def made(root, source: str) -> list[tuple[str, list[str]]]:
    for folder, name, text in [
        ("policies", "small.toml", POLICY),
        ("apps", "a.py", ""),
        ("tests", "test_a.py", source),
    ]:
        (root / folder).mkdir()
        (root / folder / name).write_text(text)
    return [(row.ref, row.tests) for row in matrix(root)]


@pytest.mark.parametrize(
    "marks",
    [
        'pytest.mark.clause("V-8.1")',
        '[pytest.mark.django_db, pytest.mark.clause("V-8.1")]',
        '(pytest.mark.clause("V-8.1"), pytest.mark.slow)',
    ],
)
def test_a_mark_of_a_module_counts_like_one_of_a_test(tmp_path, marks):
    assert made(tmp_path, MARKED.format(marks)) == [
        ("V-8.1", ["tests.test_a"]),
        ("V-9", ["tests.test_a.test_it"]),
    ]


def test_a_module_without_clauses_adds_nothing(tmp_path):
    assert made(tmp_path, MARKED.format("pytest.mark.django_db")) == [
        ("V-8.1", []),
        ("V-9", ["tests.test_a.test_it"]),
    ]
