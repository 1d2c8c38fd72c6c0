"""The only way anything gets into the ledger, and out of it."""
