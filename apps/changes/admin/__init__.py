"""Changes of the platform as staff see them."""

from apps.changes.admin.gap import GapAnalysisAdmin
from apps.changes.admin.platform_changes import PlatformChangeAdmin

__all__ = ["GapAnalysisAdmin", "PlatformChangeAdmin"]
