"""The teams' views, kept in step with the ledger."""
