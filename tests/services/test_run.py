"""Where `make test` looks for servers: never where the shell says that production is."""

import pytest

from tests.run import told

DEFAULT = "postgres://postgres@127.0.0.1:5432/postgres"


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ({}, DEFAULT),
        ({"DATABASE_URL": "postgres://live.example.com/live"}, DEFAULT),
        ({"TEST_DATABASE_URL": ""}, DEFAULT),
        ({"TEST_DATABASE_URL": "sqlite:///:memory:"}, DEFAULT),
        (
            {"TEST_DATABASE_URL": "postgres://test/t", "DATABASE_URL": "postgres://live/l"},
            "postgres://test/t",
        ),
    ],
)
def test_only_a_variable_of_the_tests_own_points_them_to_a_server(monkeypatch, environment, found):
    for name in ("DATABASE_URL", "TEST_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert told("TEST_DATABASE_URL", default=DEFAULT) == found
