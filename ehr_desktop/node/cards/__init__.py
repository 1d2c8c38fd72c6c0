"""Patients' cards: dealt at the front desk, opened with the guards' answers, lost and replaced."""
