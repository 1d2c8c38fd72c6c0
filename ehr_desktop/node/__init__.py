"""One workstation's node: ledger, store, keys, contracts and links. No Qt."""
