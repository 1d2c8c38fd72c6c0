"""Discovery, pairing, links and sync. Knows bytes, blocks and peers, never tables."""
