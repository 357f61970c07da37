"""The policy file: its shape, its checks, and what its errors say."""

from apps.contracts.policy_file.problems import PolicyFileInvalid, Problem
from apps.contracts.policy_file.read import document_of, read, text_in, text_of
from apps.contracts.policy_file.shape import PolicyFile
from apps.contracts.policy_file.write import write

__all__ = [
    "PolicyFile",
    "PolicyFileInvalid",
    "Problem",
    "document_of",
    "read",
    "text_in",
    "text_of",
    "write",
]
