"""The deterministic rules every node runs: one file per contract."""
