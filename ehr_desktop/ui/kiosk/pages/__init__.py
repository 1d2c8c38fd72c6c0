"""What a patient sees, one page a file."""
