"""Changes of the platform as staff see them."""

from apps.changes.admin.gap import GapAnalysisAdmin
from apps.changes.admin.platform_changes import PlatformChangeAdmin
from apps.changes.admin.releases import ReleaseAdmin

__all__ = ["GapAnalysisAdmin", "PlatformChangeAdmin", "ReleaseAdmin"]
