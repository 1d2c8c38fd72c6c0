"""The clinic's workstations and how they are connected."""
