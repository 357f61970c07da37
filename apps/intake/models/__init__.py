"""What arrived, and what became of it."""

from apps.intake.models.arrived import InboundMail, InboundMailQuerySet, RefusedRequest, Release
from apps.intake.models.calls import Call
from apps.intake.models.voice import VoiceMessage

__all__ = [
    "Call",
    "InboundMail",
    "InboundMailQuerySet",
    "RefusedRequest",
    "Release",
    "VoiceMessage",
]
