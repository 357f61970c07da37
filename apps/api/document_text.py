"""What the API's document says before all endpoints."""

from django.conf import settings

from apps.api.document_problems import table
from apps.api.endpoints.paging import MOST
from apps.api.services import KEPT_FOR
from apps.contracts.services import SCOPES
from apps.outbox.rules.hook_signing import secret_in_words, signatures

TAGS = {
    "Standing": "Who the token is, and what its account may do now.",
    "Tickets": "Requests for support: opened, read, answered, settled, disputed and escalated.",
    "Services": "What the order covers, and what is asked to be changed of it.",
    "Money": "Invoices, credit notes, and what the next invoice bills.",
    "Notices": "What the account was told.",
    "Webhooks": "What an account's own endpoints are told.",
}
SECRET = secret_in_words(b"An example, which opens nothing.")
BODY = '{"type":"webhook.test"}'
SIGNED = signatures(message_id="msg_1", timestamp=1772632800, body=BODY.encode(), secrets=[SECRET])


def scopes() -> str:
    """Return what a token may be good for, as rows of a table in Markdown."""
    return "\n".join(f"| `{scope}` | {words} |" for scope, (words, _) in SCOPES.items())


def description() -> str:
    """Return it, in Markdown."""
    return f"""\
What a dashboard may ask and do for an account.

### Who asks

Send a token as `Authorization: Bearer flt_…`. Who manages an order's users makes tokens in the
portal, under *API tokens*, and chooses there what each is good for. A token acts as one person of
one order, and may what they may, at the time of asking: `GET /api/v1/token` says as whom. Keep it
on your servers: there is no CORS, so pages of others in a browser are not let in.

| scope | what for |
| --- | --- |
{scopes()}

### What is sent and answered

JSON in UTF-8. Times are instants in UTC, such as `2026-03-04T14:00:00Z`; days, such as
`2026-03-04`, are those of the policy's zone. Amounts are decimal numbers, written as text:
`"125.00"`. A part or a parameter that is not known is refused.

### The same request again

Each request that changes something bears an `Idempotency-Key`. Where no answer came, send the same
request with the same key again: it is done once, and answered as it was at first, with
`Idempotency-Replayed: true`; a key names its request for {KEPT_FOR.days} days. A refusal is such an
answer too: once what it rested on is gone, ask with a new key. What could not be taken (422) and
what failed by our fault (500) uses up no key.

### Pages

A list has at most {MOST} rows on a page. What is `next` of a page, sent as `after`, begins the next
one; send it unchanged, and read nothing into it. Rows that are added meanwhile move none of those
that are still to come.

To keep a copy of the tickets, ask in each round for what changed since an hour before the last
round began (`changed_since`): a ticket that changes while you read moves to the front, and what is
written down late, such as a mail that was long under way, is dated to when it came. What comes
again is the same. Webhooks tell it at once.

### How often

{settings.API_REQUESTS_A_MINUTE} requests of a token are answered in each minute of the clock; those
that are refused count too. Beyond, 429 says with `Retry-After` in how many seconds to ask again.

### Where we cannot be reached

An answer on an account's standing says for how long it may be used, and *Read an account's
standing* what to do without one. Nothing else has to wait for us: send a request that changes
something again, with its key.

### Problems

What is not answered is a problem (RFC 9457, `application/problem+json`): `code` tells programs
which it is, `detail` people why and what to do, `clause` what in the policy a refusal rests on.

| status | code | when, and what to do |
| --- | --- | --- |
{table()}

### Webhooks

Endpoints are made in the portal, under *Webhooks*. Whoever knows the address can post to it, so
check each message (the [Standard Webhooks](https://www.standardwebhooks.com/) scheme; there are
libraries): the base64 after `whsec_` of the endpoint's secret is the key of an HMAC-SHA256 over
`webhook-id`, `webhook-timestamp` and the body as it came, with dots between; one of the signatures
in `webhook-signature` is `v1,` and the base64 of it. Refuse a timestamp that is more than five
minutes away. To try it:

```
secret             {SECRET}
webhook-id         msg_1
webhook-timestamp  1772632800
body               {BODY}
webhook-signature  {SIGNED}
```

Answer with 2xx within 15 seconds, and work it off afterwards. A message may come twice, with the
same `webhook-id`, and out of order: read what its `url` leads to.

### Versions

What is here keeps its meaning as long as there is `/api/v1`. Endpoints, parts of answers, events
and codes of problems may be added: leave alone what you do not know.
"""
