"""One module per job in the clinic, one function per use case. No Qt."""
