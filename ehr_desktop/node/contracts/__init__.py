"""The deterministic rules every node runs: one file per contract."""

# whoever reads a statement knows every kind
from ehr_desktop.node.contracts import consent_statements, custody_statements

__all__ = ["consent_statements", "custody_statements"]
