"""The policy file: its shape, its checks, and what its errors say."""

from apps.contracts.policy_file.problems import PolicyFileInvalid, Problem
from apps.contracts.policy_file.read import read, text_of
from apps.contracts.policy_file.shape import PolicyFile

__all__ = ["PolicyFile", "PolicyFileInvalid", "Problem", "read", "text_of"]
