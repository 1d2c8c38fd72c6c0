"""The composition root: reads what was asked for and runs it, with a window or without."""

import sys
from collections.abc import Sequence

from ehr_desktop.cli import run_command
from ehr_desktop.config import Config, read_config


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and give its exit code: 0 or not."""
    config = read_config(sys.argv[1:] if arguments is None else arguments)
    if config.command in {"", "demo"}:
        return _with_windows(config)
    return run_command(config)


def _with_windows(config: Config) -> int:
    # Qt is loaded only where there is a window to show
    from ehr_desktop.demo import run_demo  # noqa: PLC0415
    from ehr_desktop.desktop import run_program  # noqa: PLC0415

    return run_demo(config) if config.command == "demo" else run_program(config)
