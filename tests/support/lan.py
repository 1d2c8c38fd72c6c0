"""The LAN of network namespaces, for programs of tests/support."""

import sys
from pathlib import Path

from ehr_desktop.tour import lan

ROOT = Path(__file__).parents[2]
NoNamespacesError = lan.NoNamespacesError
CALM_S = 120
"""So long a test waits for what should be there in far less."""


class Lan(lan.Lan):
    """PCs that run Python programs of tests/support."""

    def __init__(self, hosts, addressed=True):
        super().__init__(hosts, ROOT, addressed=addressed)

    def start(self, host, script, *arguments):
        """Run a Python program of tests/support on a host; give it as a `Program`."""
        path = str(ROOT / "tests" / "support" / script)
        return self.run(host, [sys.executable, "-W", "error", path, *map(str, arguments)])
