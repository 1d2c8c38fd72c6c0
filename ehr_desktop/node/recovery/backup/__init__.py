"""Backups: sealed copies of a workstation's home, and making a home of one again."""
