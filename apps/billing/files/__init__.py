"""Files of reports: CSV, XLSX and the statement's PDF."""
