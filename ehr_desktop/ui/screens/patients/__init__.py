"""Finding, registering and changing patients; files in and out."""
