"""The composition root: reads what was asked for and runs it, with a window or without."""

import sys
from collections.abc import Sequence

from ehr_desktop.cli import run_command
from ehr_desktop.config import Config, has_display, read_config
from ehr_desktop.garbage import collect_rarely


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and give its exit code: 0 or not."""
    config = read_config(sys.argv[1:] if arguments is None else arguments)
    if config.command in {"", "demo"}:
        return _with_windows(config)
    collect_rarely()
    return run_command(config)


def _with_windows(config: Config) -> int:
    # Qt is loaded only where there is a window to show, and only what that needs
    if config.lan:
        from ehr_desktop.tour.lan_story import run_lan_tour  # noqa: PLC0415

        return run_lan_tour(config)
    if config.gallery is not None:
        from ehr_desktop.tour.gallery import run_gallery  # noqa: PLC0415

        return run_gallery(config, config.gallery)
    if config.command == "demo" and (config.tour or not has_display()):
        from ehr_desktop.tour.run import run_tour  # noqa: PLC0415

        return run_tour(config)
    if config.command == "demo":
        from ehr_desktop.demo import run_demo  # noqa: PLC0415

        return run_demo(config)
    from ehr_desktop.desktop import run_program  # noqa: PLC0415

    return run_program(config)
