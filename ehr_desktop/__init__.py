"""A clinic record system: every workstation carries its own node, ledger and encrypted store."""

__version__ = "0.1.0"
