"""Requests as staff see them: mails in, requests that were refused, and new ones."""

from apps.intake.admin.alerts import AlertAdmin, MonitoringPostAdmin
from apps.intake.admin.appointments import AppointmentAdmin
from apps.intake.admin.calls import CallAdmin
from apps.intake.admin.mails import InboundMailAdmin
from apps.intake.admin.monitoring import MonitoringMappingAdmin, MonitoringSourceAdmin
from apps.intake.admin.refused import RefusedRequestAdmin
from apps.intake.admin.voice import VoiceMessageAdmin

__all__ = [
    "AlertAdmin",
    "AppointmentAdmin",
    "CallAdmin",
    "InboundMailAdmin",
    "MonitoringMappingAdmin",
    "MonitoringPostAdmin",
    "MonitoringSourceAdmin",
    "RefusedRequestAdmin",
    "VoiceMessageAdmin",
]
