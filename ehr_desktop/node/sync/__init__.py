"""How workstations keep each other up to date: a pure protocol, messages in and messages out."""
