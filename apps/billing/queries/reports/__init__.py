"""The reports of finance: one registry, read as rows, as a page, as CSV and as XLSX."""

from apps.billing.queries.reports.registry import PROFILES, REPORTS, report_named
from apps.billing.queries.reports.shape import Asked, Column, Kind, Report

__all__ = ["PROFILES", "REPORTS", "Asked", "Column", "Kind", "Report", "report_named"]
