"""Joining a clinic from a new workstation."""
