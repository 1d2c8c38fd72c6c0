"""Restoring a clinic whose workstations are all lost."""
