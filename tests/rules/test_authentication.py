"""What the receiving host found out about a mail, and what forged fields change: nothing."""

import time

import pytest

from apps.intake.rules.authentication import MAX_FIELDS, failure, results
from apps.intake.rules.mail import parse

OURS = ["MX.Provider.example.com"]


def found(*values: str) -> dict[str, set[str]]:
    """Return the results of Authentication-Results fields, the topmost first."""
    return results([("authentication-results", value) for value in values], trusted=OURS)


def failed(statements: str) -> str:
    field = ("authentication-results", f"mx.provider.example.com; {statements}")
    return failure([field], trusted=OURS)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("mx.provider.example.com; none", {}),
        ("mx.provider.example.com", {}),
        ("mx.provider.example.com 1; spf=pass", {"spf": {"pass"}}),
        ("mx.provider.example.com;spf=FAIL;dkim=pass", {"spf": {"fail"}, "dkim": {"pass"}}),
        ("mx.provider.example.com; dkim/1 = pass header.d=x.example", {"dkim": {"pass"}}),
        ("mx.provider.example.com; dkim=fail; dkim=pass", {"dkim": {"fail", "pass"}}),
        ("(a; b) mx.provider.example.com (c (d) e); spf (f; g=h) = (i) pass", {"spf": {"pass"}}),
        (r"mx.provider.example.com; spf=fail (a \) ; dkim=pass) x=y", {"spf": {"fail"}}),
        ('mx.provider.example.com; spf=fail reason="a; dkim=pass"', {"spf": {"fail"}}),
        (r'mx.provider.example.com; spf=fail reason="a\"; dkim=pass"', {"spf": {"fail"}}),
        ('"mx.provider.example.com"; spf="fail"', {"spf": {"fail"}}),
        ("mx.provider.example.com; ; spf=; =fail; dkim pass; iprev=pass", {"iprev": {"pass"}}),
        ("mx.provider.example.com; spf=fail (never closed; dkim=pass", {"spf": {"fail"}}),
        ('mx.provider.example.com; spf=fail reason="never closed; dkim=pass', {"spf": {"fail"}}),
        ("", {}),
        (";;;", {}),
        ("mx.provider.example.com.evil.example; spf=pass", {}),
        ("evil.example (mx.provider.example.com); spf=pass", {}),
        ("evil.example; mx.provider.example.com; spf=pass", {}),
    ],
)
def test_a_field_is_read_as_it_is_written(value, expected):
    assert found(value) == expected


def test_of_a_method_the_topmost_field_counts_and_others_add_theirs():
    ours = "mx.provider.example.com; "

    assert found(ours + "dmarc=fail", ours + "dkim=pass; dmarc=pass", ours + "spf=fail") == {
        "dmarc": {"fail"},
        "dkim": {"pass"},
        "spf": {"fail"},
    }


def test_what_a_sender_forged_beneath_the_receiving_hosts_line_does_not_count():
    raw = (
        b"Received: from spool\r\n"
        b"Authentication-Results: mx.provider.example.com;\r\n\tspf=fail\r\n"
        b" smtp.mailfrom=x.example\r\n"
        b"Received: from evil.example by mx.provider.example.com\r\n"
        b"Authentication-Results: mx.provider.example.com; dkim=pass; dmarc=pass\r\n"
        b"From: ada@client.example.com\r\n\r\n"
    )

    assert failure(parse(raw).headers, trusted=OURS) == "SPF failed"


def test_without_a_trusted_host_nothing_is_believed():
    field = ("authentication-results", "mx.provider.example.com; dmarc=fail")

    assert (failure([field], trusted=[]), failure([], trusted=OURS)) == ("", "")


@pytest.mark.parametrize(
    ("statements", "words"),
    [
        ("dmarc=fail", "DMARC failed"),
        ("dmarc=fail; spf=pass; dkim=pass", "DMARC failed"),
        ("dmarc=pass; spf=fail; dkim=fail", ""),
        ("dmarc=none; spf=fail", "SPF failed"),
        ("dmarc=temperror; spf=fail; dkim=none", "SPF failed"),
        ("spf=fail; dkim=pass", ""),
        ("spf=pass; dkim=fail", ""),
        ("dkim=fail", "DKIM failed"),
        ("dkim=fail; spf=none", "DKIM failed"),
        ("spf=hardfail; dkim=fail", "SPF and DKIM failed"),
        ("spf=fail; dkim=fail; dkim=pass", ""),
        ("spf=softfail; dkim=none", ""),
        ("spf=temperror; dkim=permerror", ""),
        ("spf=neutral", ""),
        ("none", ""),
    ],
)
def test_only_what_is_certain_is_a_failure(statements, words):
    assert failed(statements) == words


@pytest.mark.parametrize(
    "value",
    [
        "mx.provider.example.com;" + "(" * 2_000_000,
        "mx.provider.example.com;" + '"' * 2_000_000,
        "mx.provider.example.com" + ";spf=fail" * 200_000,
        "mx.provider.example.com;" + "\\" * 2_000_000,
        " " * 2_000_000,
    ],
    ids=lambda value: repr(value[:30]),
)
def test_a_field_of_any_length_is_read_in_time(value):
    begun = time.perf_counter()
    found(value)
    assert time.perf_counter() - begun < 3


def test_of_very_many_fields_the_topmost_are_read():
    fields = [f"mx.provider.example.com; method{number}=pass" for number in range(50)]

    assert len(found(*fields)) == MAX_FIELDS
