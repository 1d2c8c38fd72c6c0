"""Workstations side by side on this PC, where network namespaces are refused."""

from collections.abc import Mapping, Sequence

from ehr_desktop.tour.lan import Hosts, Program


class OneHost(Hosts):
    """Runs programs here; each listens at a port of its own. A context manager."""

    def run(
        self, _host: int, command: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> Program:
        """Run a program; all hosts are this one."""
        return self._begin(command, environment)
