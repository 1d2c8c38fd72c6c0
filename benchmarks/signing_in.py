"""The program up to its sign-in page, in a process of its own: run by `benchmarks.start`."""

import json
import sys
from pathlib import Path

from benchmarks.measure import memory_mb
from ehr_desktop.config import Config, resources_folder
from ehr_desktop.desktop import Desktop
from ehr_desktop.ui.app import prepare_application


def main() -> None:
    """Open the clinic whose home is the argument, show the page, say so, and end."""
    config = Config(Path(sys.argv[1]), resources_folder(), use_key_store=False)
    application = prepare_application(sys.argv[:1])
    desktop = Desktop(config, application)
    try:
        desktop.open_clinic().result()
        window = desktop.show()
        while not window.sign_in.isVisible():
            application.processEvents()
        application.processEvents()
        print(json.dumps({"memory_mb": memory_mb()}), flush=True)
    finally:
        desktop.stop()


if __name__ == "__main__":
    main()
