"""The clinic in plain values: frozen dataclasses, ids, enums, events and errors."""
