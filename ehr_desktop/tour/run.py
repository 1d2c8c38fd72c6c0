"""The whole tour: the story of a small clinic, then pictures of every screen of the made-up one."""

import tempfile
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt

from ehr_desktop.config import Config
from ehr_desktop.desktop import Desktop
from ehr_desktop.node.node import FLOOR
from ehr_desktop.tour.bundles import some_bundles
from ehr_desktop.tour.errors_told import errors_told
from ehr_desktop.tour.hand import Hand, LostError
from ehr_desktop.tour.screen import some_screen
from ehr_desktop.tour.story import Story
from ehr_desktop.ui.app import log_kept_in, prepare_application


def run_tour(config: Config) -> int:
    """Click through the program by itself and give the exit code: 0 if all went as it should."""
    pictures = config.pictures or Path.cwd() / "tour"
    with some_screen() as platform, tempfile.TemporaryDirectory(prefix="ehr-tour-") as folder:
        print(f"Touring the program on {platform}.", flush=True)
        QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
        application = prepare_application(["ehr-desktop"])
        hand = Hand(application, pictures)
        small = replace(config, home=Path(folder) / "small" / "clinic", use_key_store=False)
        small.home.mkdir(parents=True)
        with log_kept_in(Path(folder) / "logs"), errors_told():
            desktop = Desktop(small, application, FLOOR)
            try:
                Story(desktop, hand, Path(folder)).tell(some_bundles(config, Path(folder)))
            except LostError as lost:
                print(f"The tour stopped: {lost}")
                for window in application.topLevelWidgets():
                    if window.isVisible():
                        hand.picture("stopped-here", window)
                return 1
            finally:
                desktop.stop()
        print(f"{len(hand.pictures)} pictures are in {pictures}")
    return 0
