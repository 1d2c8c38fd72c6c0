"""This workstation among the others."""
