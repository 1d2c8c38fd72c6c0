"""The program clicked through as a person would: what `make run` does where nobody can see it."""
