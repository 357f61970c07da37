"""What it costs, what is owed, how late: charges, invoices, payments, ledger, standing."""
