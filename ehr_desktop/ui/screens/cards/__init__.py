"""Patients' cards at the front desk."""
