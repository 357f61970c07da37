"""Lists taken in: all of a sheet's rows, or none."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import IntegrityError, transaction
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from apps.contracts.models import Order, User
from apps.contracts.services.order_sheets import write_orders
from apps.contracts.services.signed_rows import Signature
from apps.contracts.sheets.plan import CHANGED, NEW, Plan, plan_of
from apps.contracts.sheets.resources import SheetResource
from apps.contracts.sheets.sheet import Problem, Sheet

LONGEST_REASON = 100  # what the history holds


class SheetRefused(Exception):
    """The sheet has rows that are wrong; ``plan`` names them."""

    def __init__(self, plan: Plan) -> None:
        super().__init__("Nothing was imported: rows of the file are wrong.")
        self.plan = plan


class SheetOutdated(Exception):
    """Somebody changed what the sheet was compared with since it was shown."""

    def __init__(self) -> None:
        super().__init__(
            "Nothing was imported: some of these rows were changed since the preview. "
            "Look at it again and confirm once more."
        )


def preview_sheet(*, resource: SheetResource, sheet: Sheet, by: User, at: datetime) -> Plan:
    """Return what importing a sheet would do, with every row that is wrong. Nothing is kept.

    The rows are written and taken back, so that what the preview lets pass is what the import
    will let pass: two rows of one sheet may also not fit together.

    Clause: V-2-order, V-3.5.

    :raises SheetOutdated: somebody wrote the same rows while it was looked at.
    """
    try:
        with transaction.atomic():
            plan = plan_of(resource=resource, sheet=sheet)
            if not plan.problems:
                plan = replace(plan, problems=_write(resource, plan, by, at))
            transaction.set_rollback(True)
    except IntegrityError as error:
        raise SheetOutdated from error
    return plan


@transaction.atomic
def import_sheet(
    *, resource: SheetResource, sheet: Sheet, digest: str, by: User, at: datetime
) -> Plan:
    """Write what a preview showed, all of it, and return what was done.

    ``digest`` is that of the plan which the person saw and confirmed. The history names ``by``,
    ``at`` and the file.

    Clause: V-2-order, V-3.5.

    :raises SheetOutdated: importing it would not do any more what was shown.
    :raises SheetRefused: rows are wrong.
    """
    plan = plan_of(resource=resource, sheet=sheet, locked=True)
    if plan.digest != digest:
        raise SheetOutdated
    if plan.problems:
        raise SheetRefused(plan)
    try:
        with transaction.atomic():
            problems = _write(resource, plan, by, at)
    except IntegrityError as error:
        # Another import wrote the same key after we had looked: a lock holds no missing row.
        raise SheetOutdated from error
    if problems:
        raise SheetRefused(replace(plan, problems=problems))
    return plan


def _write(resource: SheetResource, plan: Plan, by: User, at: datetime) -> Sequence[Problem]:
    """Write the rows; return what is wrong with them where only writing shows it."""
    reason = f"Imported from {plan.sheet.name}"
    if len(reason) > LONGEST_REASON:
        reason = f"{reason[: LONGEST_REASON - 1]}…"
    signature = Signature(reason, by, at)
    if resource._meta.model is Order:
        return write_orders(plan, signature)
    model = resource._meta.model
    new, changed = plan.instances(NEW), plan.instances(CHANGED)
    if new:
        bulk_create_with_history(new, model, **signature.of_bulk())
    if changed:
        bulk_update_with_history(changed, model, resource.model_fields(), **signature.of_bulk())
    return ()
