"""How workstations agree on the order of transactions: one small interface, several engines."""
