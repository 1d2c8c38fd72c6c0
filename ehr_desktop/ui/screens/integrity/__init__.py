"""The full check, for people."""
