"""The portal: what an account's people see and do."""
