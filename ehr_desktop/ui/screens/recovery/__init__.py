"""Recovery: backups, custodians and their paper shares."""
