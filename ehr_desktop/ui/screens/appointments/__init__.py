"""The day book: who comes when, and what becomes of it."""
