"""Standings of many accounts at once, moved by the machine."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from apps.contracts.models import Account, Standing
from apps.contracts.services.orders import sign
from apps.contracts.services.standing import LONGEST_WHY, news_of
from apps.contracts.services.webhook_news import News, announce

WRITTEN = ["state", "since_at", "clause", "why"]


@dataclass(frozen=True, slots=True)
class Move:
    """The standing that an account is to be put in, under which clause, and why."""

    account_id: int
    state: str
    clause: str
    why: str


@transaction.atomic
def move_standings(*, moves: Sequence[Move], at: datetime) -> set[int]:
    """Put accounts in their standings as ``set_standing`` does by itself; return those that moved.

    What a person holds stays, and so does what is there already. Some statements for all of them.

    Clause: S-12, R-12.
    """
    wanted = {move.account_id: move for move in moves}
    # Of two who write an account's first row, the second waits here and finds it.
    hooked = dict(
        Account.objects.select_for_update(no_key=True)
        .filter(pk__in=wanted)
        .order_by("pk")
        .values_list("pk", "has_webhooks")
    )
    there = {row.account_id: row for row in Standing.objects.filter(account__in=wanted)}
    new: list[Standing] = []
    changed: list[Standing] = []
    news: list[News] = []
    for account, move in wanted.items():
        row = there.get(account)
        state = row.state if row else Standing.State.GOOD
        if state == move.state or (row and row.held_by_id):
            continue
        moved = _moved(row or Standing(account_id=account), move, at)
        (changed if row else new).append(moved)
        if hooked.get(account):
            news.append(news_of(moved, before=state))
    _write(new, changed)
    announce(news, at=at)
    return {row.account_id for row in [*new, *changed]}


@transaction.atomic
def retell_standings(*, moves: Sequence[Move], at: datetime) -> set[int]:
    """Say anew why accounts stand as they do, such as another amount that clears it.

    What moved meanwhile, or is held by a person, stays as it is; so does since when and under which
    clause it stands. Return those of which it is told otherwise now.

    Clause: S-12, R-5.
    """
    wanted = {move.account_id: move for move in moves}
    rows = Standing.objects.select_for_update().filter(account__in=wanted, held_by__isnull=True)
    changed: list[Standing] = []
    for row in rows.order_by("account_id"):
        why = _line(wanted[row.account_id].why)
        if row.state == wanted[row.account_id].state and row.why != why:
            row.why = why
            sign(row, reason=why, by=None, at=at)
            changed.append(row)
    _write([], changed)
    return {row.account_id for row in changed}


def _line(why: str) -> str:
    return " ".join(why.split())[:LONGEST_WHY]


def _moved(row: Standing, move: Move, at: datetime) -> Standing:
    row.state, row.clause, row.since_at = move.state, move.clause, at
    row.why = _line(move.why)
    sign(row, reason=row.why, by=None, at=at)
    return row


def _write(new: list[Standing], changed: list[Standing]) -> None:
    if new:
        Standing.objects.bulk_create(new)
        Standing.history.bulk_history_create(new)
    if changed:
        # One statement, where an update of each row by its own values would be a long CASE.
        Standing.objects.bulk_create(
            changed, update_conflicts=True, unique_fields=["id"], update_fields=WRITTEN
        )
        Standing.history.bulk_history_create(changed, update=True)
