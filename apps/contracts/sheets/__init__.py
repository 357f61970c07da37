"""Lists of accounts, orders and their people as CSV and XLSX: read, compared, written out."""
