"""Pages of the portal. Each says what right it needs: see `apps.portal.access`."""
