"""Custodians, backups, and beginning again from both."""
