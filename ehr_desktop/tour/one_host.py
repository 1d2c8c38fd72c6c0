"""Workstations side by side on this PC, where network namespaces are refused."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from ehr_desktop.tour.lan import Program


class OneHost:
    """Runs programs here; each listens at a port of its own. A context manager."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._programs: list[Program] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for program in self._programs:
            program.close()

    def run(
        self, _host: int, command: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> Program:
        """Run a program; all hosts are this one."""
        self._programs.append(Program(command, self._folder, environment or {}))
        return self._programs[-1]
