"""Transactions, blocks, Merkle trees, checks and proofs: pure, no I/O, no clock, no randomness."""
