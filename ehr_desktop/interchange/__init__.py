"""Standard health formats in and out."""
