"""The services that orders may cover."""

from django.contrib import admin

from apps.contracts.admin.kept import KeptAdmin
from apps.contracts.models import Service


@admin.register(Service)
class ServiceAdmin(KeptAdmin):
    """What support can be bought for. One that is in use is put out of use, not deleted."""

    list_display = ["title", "key", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["title", "key"]
    ordering = ["title"]
    fields = ["title", "key", "is_active", "change_reason"]
    prepopulated_fields = {"key": ["title"]}
