"""What arrived, and what became of it."""

from apps.intake.models.alerts import Alert, AlertBundle
from apps.intake.models.arrived import InboundMail, InboundMailQuerySet, RefusedRequest, Release
from apps.intake.models.calls import Call
from apps.intake.models.monitoring import (
    MonitoringMapping,
    MonitoringPost,
    MonitoringSecret,
    MonitoringSeverity,
    MonitoringSource,
)
from apps.intake.models.voice import VoiceMessage

__all__ = [
    "Alert",
    "AlertBundle",
    "Call",
    "InboundMail",
    "InboundMailQuerySet",
    "MonitoringMapping",
    "MonitoringPost",
    "MonitoringSecret",
    "MonitoringSeverity",
    "MonitoringSource",
    "RefusedRequest",
    "Release",
    "VoiceMessage",
]
