"""Bytes in, bytes out. The only importer of `cryptography` and PyNaCl."""
