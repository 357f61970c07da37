"""Webhooks: how long they wait, how they are signed, and where they may go."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest
from standardwebhooks import Webhook

from apps.outbox.rules.hook_addresses import AddressRefused, checked_url, is_reachable
from apps.outbox.rules.hook_signing import secret_in_words, signatures
from apps.outbox.rules.hook_waits import WAITS, asked_wait, hook_wait

KEY = "hook:1:ticket:1:registered"


def test_ten_attempts_take_some_three_days_and_what_failed_together_comes_back_spread_out():
    waits = [hook_wait(attempt, key=KEY) for attempt in range(1, 11)]

    assert [
        before <= wait <= before * 1.1
        for before, wait in zip(WAITS, waits, strict=False)
        if wait is not None
    ] == [True] * 9
    assert waits[9] is None
    assert timedelta(days=3) < sum(WAITS, timedelta()) < timedelta(days=3.2)
    assert len({hook_wait(4, key=f"hook:{number}") for number in range(100)}) > 90


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        *(("120", 120), (" 0 ", 0), ("3600", 3600), ("3601", 3600), ("9" * 400, 3600)),
        *(("", 0), ("-5", 0), ("1.5", 0), ("soon", 0), ("١٢", 0), ("Wed, 99 Foo", 0)),
        ("Wed, 04 Mar 2026 14:02:00 GMT", 120),
        ("Wed, 04 Mar 2026 14:02:00 -0000", 120),
        ("Wed, 04 Mar 2026 13:00:00 GMT", 0),
        ("Wed, 04 Mar 9999 14:00:00 GMT", 3600),
    ],
)
def test_an_endpoint_may_ask_for_an_hour_at_most(said, seconds):
    at = datetime(2026, 3, 4, 14, tzinfo=UTC)

    assert asked_wait(said, at=at) == timedelta(seconds=seconds)


@pytest.mark.clause("S-12")
def test_a_client_verifies_what_each_secret_that_counts_has_signed():
    now = int(datetime.now(UTC).timestamp())
    secrets = [secret_in_words(bytes([number]) * 32) for number in (1, 2)]
    body = '{"type":"ticket.closed","data":{"words":"für"}}'.encode()
    signed = signatures(message_id="msg_1", timestamp=now, body=body, secrets=secrets)
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(now),
        "webhook-signature": signed,
    }

    read = [Webhook(secret).verify(body, headers)["type"] for secret in secrets]

    assert (read, secrets[0]) == (
        ["ticket.closed"] * 2,
        "whsec_" + b64encode(b"\x01" * 32).decode(),
    )


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"),
        *("100.64.0.1", "100.100.100.200", "192.0.0.192", "198.18.0.1", "168.63.129.16"),
        *("224.0.0.1", "240.0.0.1", "255.255.255.255", "192.88.99.1", "203.0.113.1"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1"),
        *("::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "::127.0.0.1", "fec0::1", "2001:db8::1"),
        *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2001::1"),
        *("", "localhost", "0x7f000001", "127.1"),
    ],
)
def test_nothing_inside_of_a_network_is_reachable(address):
    assert is_reachable(address) is False


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_public_addresses_are_reachable(address):
    assert is_reachable(address) is True


def test_an_installation_allows_networks_of_its_own_and_no_others():
    allowed = [ip_network("10.1.0.0/16")]
    asked = ["10.1.2.3", "::ffff:10.1.2.3", "10.2.0.1"]

    assert [is_reachable(each, allowed=allowed) for each in asked] == [True, True, False]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://client.example.com/", "begins with https://"),
        ("ftp://client.example.com/", "begins with https://"),
        ("//client.example.com/", "begins with https://"),
        ("https://ann:pw@client.example.com/", "Leave the name and password out"),
        ("https://@client.example.com/", "Leave the name and password out"),
        ("https://client.example.com:22/", "the usual port"),
        ("https://client.example.com:0/", "the usual port"),
        ("https://client.example.com:80/", "the usual port"),
        ("https://client.example.com:65536/", "This is no address"),
        ("https://client.example.com:x/", "This is no address"),
        ("https:///hooks", "This is no address"),
        ("https://client.example.com\\@10.0.0.1/", "Leave the name and password out"),
        ("https://client.example.com\\x/", "This is no address"),
        ("https://[::1/", "This is no address"),
        ("https://client.example.com/#top", "Leave out what follows the #"),
        ("https://bücher.example.com/", "written as xn--"),
        ("https://2130706433/", "as a public IP address"),
        ("https://0x7f000001/", "as a public IP address"),
        ("https://0177.0.0.1/", "as a public IP address"),
        ("https://127.1/", "as a public IP address"),
        ("https://10.0.0.0x1/", "as a public IP address"),
        ("https://client.example.com./", "as a public IP address"),
        ("https://client..example.com/", "as a public IP address"),
        ("https://-x.example.com/", "as a public IP address"),
        ("https://" + "a" * 64 + ".example.com/", "as a public IP address"),
        ("https://" + ".".join(["a" * 60] * 5) + "/", "as a public IP address"),
        ("https://client.example.com%00.example.net/", "This is no address"),
        ("https://client.example.com,10.0.0.1/", "This is no address"),
        ("https://[2606:4700::1111]x/", "This is no address"),
        ("https://[fe80::1%25eth0]/", "This is no address"),
        ("https://[v1.x]/", "This is no address"),
        ("https://client.example.com/a\r\nHost: x", "ASCII"),
        ("https://client.example.com/" + "a" * 500, "at most 500"),
        ("", "begins with https://"),
    ],
)
def test_an_address_that_is_refused_says_why(url, words):
    with pytest.raises(AddressRefused, match=words.replace("#", "\\#")):
        checked_url(url)


@pytest.mark.parametrize(
    "url",
    [
        *("https://client.example.com", "https://client.example.com:8443/a?b=c"),
        *("https://[2606::1]/", "https://8.8.8.8:8443/", "https://xn--bcher-kva.example/?a=@b"),
        *("https://_in.a-1.example.com/", "https://hooks/", "https://Client.example.com:443/"),
    ],
)
def test_addresses_that_are_taken(url):
    assert checked_url(url).geturl() == url


def test_without_tls_only_where_an_installation_says_so():
    assert checked_url("http://127.0.0.1:8080/x", plain_http=True).port == 8080
