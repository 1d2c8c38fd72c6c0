"""Who holds which key, and how each is wrapped."""
