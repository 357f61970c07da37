"""What may be done to contracts: each function is one use case and one transaction."""

from apps.contracts.services.policies import (
    AlreadyPublished,
    Loaded,
    discard_draft,
    load_policy,
    publish,
)

__all__ = ["AlreadyPublished", "Loaded", "discard_draft", "load_policy", "publish"]
