"""Who may see what of a record, and keeping the keys in step with it."""
