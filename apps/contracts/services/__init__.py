"""What may be done to contracts: each function is one use case and one transaction."""

from apps.contracts.services.order_checks import OrderRefused
from apps.contracts.services.order_revisions import ChangedMeanwhile
from apps.contracts.services.orders import (
    amend_order,
    edit_draft,
    end_order,
    execute_order,
    terminate_order,
)
from apps.contracts.services.policies import (
    AlreadyPublished,
    Loaded,
    discard_draft,
    load_policy,
    publish,
)

__all__ = [
    "AlreadyPublished",
    "ChangedMeanwhile",
    "Loaded",
    "OrderRefused",
    "amend_order",
    "discard_draft",
    "edit_draft",
    "end_order",
    "execute_order",
    "load_policy",
    "publish",
    "terminate_order",
]
