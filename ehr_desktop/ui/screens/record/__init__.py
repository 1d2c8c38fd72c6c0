"""The record window: one patient, read on the left, written on the right."""
