"""A made-up clinic, the same for the same seed: people, charts and a busy week."""
