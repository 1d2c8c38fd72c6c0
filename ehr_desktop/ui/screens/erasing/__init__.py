"""Erasing a record: ordering, confirming, and the certificate."""
