"""A screen to draw on where there is none: Xvfb where it is installed, else Qt's offscreen one."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from ehr_desktop.config import has_display

_SIZE = "1920x1080x24"


@contextmanager
def some_screen() -> Iterator[str]:
    """Give the name of the platform that windows can be drawn on for as long as the block lasts."""
    if has_display():
        yield "the display"
        return
    server = shutil.which("Xvfb") if "QT_QPA_PLATFORM" not in os.environ else None
    if server is None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        yield "Qt's offscreen platform"
        return
    reading, writing = os.pipe()
    process = subprocess.Popen(  # noqa: S603 - the path comes from the system's own search
        [server, "-displayfd", str(writing), "-screen", "0", _SIZE, "-nolisten", "tcp"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as pipe:
            number = pipe.readline().strip()
        if number:
            os.environ["DISPLAY"] = f":{number}"
            os.environ["QT_QPA_PLATFORM"] = "xcb"
        else:
            os.environ["QT_QPA_PLATFORM"] = "offscreen"
        yield "a virtual screen" if number else "Qt's offscreen platform"
    finally:
        process.terminate()
        process.wait()
