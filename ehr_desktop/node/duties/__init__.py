"""What a workstation owes the ledger, and does by itself."""
