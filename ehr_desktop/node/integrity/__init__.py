"""The full check: nothing stored is believed, what differs is named."""
